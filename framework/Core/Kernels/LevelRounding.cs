using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// How a number x ≥ 0 becomes a whole one: ⌊x + u⌋ with u uniform in [0, 1) from <see cref="Threefry"/> at the element's position, or the
/// nearest, ties to even.
/// </summary>
/// <remarks>x + u is rounded to a float before its floor is taken: the bias is below 2⁻¹⁷ of a level.</remarks>
/// <param name="key">Keys the random numbers.</param>
/// <param name="stochastic">⌊x + u⌋, not the nearest.</param>
public readonly unsafe struct LevelRounding(ulong key, bool stochastic)
{
    private readonly Threefry _random = new(key);
    private readonly bool _stochastic = stochastic;

    /// <summary>Values whose random words are made together.</summary>
    public const int ChunkLength = 512;

    /// <summary>Makes what <see cref="Round"/> needs for a chunk.</summary>
    /// <param name="position">Of its first element; a multiple of 64.</param>
    /// <param name="count">Elements, 1 to <see cref="ChunkLength"/>.</param>
    /// <param name="words">Room for <see cref="ChunkLength"/> words.</param>
    public void Prepare(int position, int count, uint* words)
    {
        if (_stochastic)
        {
            int blocks = (count + BitPlanes.BlockLength - 1) / BitPlanes.BlockLength * (BitPlanes.BlockLength / Threefry.BlockLength);
            _random.Fill(position / Threefry.BlockLength, blocks, words);
        }
    }

    /// <summary>The whole numbers of a block.</summary>
    /// <param name="block">x, each below 2²³.</param>
    /// <param name="words">The block's words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (Vector512<int> First, Vector512<int> Second, Vector512<int> Third, Vector512<int> Fourth) Round(in BlockOfFloats block, uint* words)
    {
        if (!_stochastic)
        {
            return (
                Vector512.ConvertToInt32Native(Vector512.Round(block.First)), Vector512.ConvertToInt32Native(Vector512.Round(block.Second)),
                Vector512.ConvertToInt32Native(Vector512.Round(block.Third)), Vector512.ConvertToInt32Native(Vector512.Round(block.Fourth)));
        }

        return (
            Vector512.ConvertToInt32Native(block.First + Threefry.ToUnit(Vector512.Load(words))),
            Vector512.ConvertToInt32Native(block.Second + Threefry.ToUnit(Vector512.Load(words + 16))),
            Vector512.ConvertToInt32Native(block.Third + Threefry.ToUnit(Vector512.Load(words + 32))),
            Vector512.ConvertToInt32Native(block.Fourth + Threefry.ToUnit(Vector512.Load(words + 48))));
    }

    /// <summary>64 whole numbers below 256, or −128 to 127, as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> ToBytes(Vector512<int> first, Vector512<int> second, Vector512<int> third, Vector512<int> fourth) =>
        Vector512.Narrow(Vector512.Narrow(first, second), Vector512.Narrow(third, fourth)).AsByte();
}
