using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>
/// Random numbers by counter: Threefry-2x32 with 13 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; 13 rounds
/// pass BigCrush). Word i of a key is a pure function of key and i, at every vector width and on any number of threads.
/// </summary>
/// <remarks>Block b holds words 32b to 32b+31: the first outputs of counters 16b to 16b+15, then their second outputs.</remarks>
public readonly struct Threefry
{
    /// <summary>Words of a block.</summary>
    public const int BlockLength = 32;

    private const uint Parity = 0x1BD11BDA;

    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _key2;

    /// <param name="key">From <see cref="Pipeline.RandomKey"/>.</param>
    public Threefry(ulong key)
    {
        _key0 = (uint)key;
        _key1 = (uint)(key >> 32);
        _key2 = Parity ^ _key0 ^ _key1;
    }

    /// <summary>Words 32·<paramref name="block"/> to 32·<paramref name="block"/>+31.</summary>
    /// <param name="block">At least 0, below 2²⁸.</param>
    /// <param name="first">The first 16.</param>
    /// <param name="second">The next 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Block(int block, out Vector512<uint> first, out Vector512<uint> second)
    {
        var counters = Vector512.Create((uint)block * 16) + Vector512<uint>.Indices;
        var x = counters + Vector512.Create(_key0);
        var y = Vector512.Create(_key1);
        Four(ref x, ref y, 13, 15, 26, 6);
        x += Vector512.Create(_key1);
        y += Vector512.Create(_key2 + 1);
        Four(ref x, ref y, 17, 29, 16, 24);
        x += Vector512.Create(_key2);
        y += Vector512.Create(_key0 + 2);
        Four(ref x, ref y, 13, 15, 26, 6);
        x += Vector512.Create(_key0);
        y += Vector512.Create(_key1 + 3);
        Round(ref x, ref y, 17);
        first = x;
        second = y;
    }

    /// <summary>Word <paramref name="index"/> of the stream.</summary>
    public uint Word(long index)
    {
        Block((int)(index / BlockLength), out var first, out var second);
        int lane = (int)(index % BlockLength);
        return lane < 16 ? first[lane] : second[lane - 16];
    }

    /// <summary>The words as floats in [0, 1), multiples of 2⁻²⁴.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ToUnit(Vector512<uint> words) =>
        Vector512.ConvertToSingle((words >> 8).AsInt32()) * Vector512.Create(1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref Vector512<uint> x, ref Vector512<uint> y, int a, int b, int c, int d)
    {
        Round(ref x, ref y, a);
        Round(ref x, ref y, b);
        Round(ref x, ref y, c);
        Round(ref x, ref y, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref Vector512<uint> x, ref Vector512<uint> y, int rotation)
    {
        x += y;
        y = RotateLeft(y, rotation) ^ x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RotateLeft(Vector512<uint> vector, int rotation) => Avx512F.IsSupported
#pragma warning disable CA1857 // The rotation is a constant once the rounds are inlined.
        ? Avx512F.RotateLeft(vector, (byte)rotation)
#pragma warning restore CA1857
        : (vector << rotation) | (vector >> (32 - rotation));
}
