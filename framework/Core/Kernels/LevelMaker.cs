using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Makes the signed levels of a <see cref="LevelGrid"/> from values: sign(v)·min(s, round(|v|·(s/norm))).</summary>
public readonly unsafe struct LevelMaker(LevelGrid grid, ulong key)
{
    /// <summary>s.</summary>
    public readonly int Levels = grid.Levels;

    /// <summary>Values that share a norm.</summary>
    public readonly int Bucket = grid.Bucket;

    private readonly bool _usesTwoNorm = grid.UsesTwoNorm;
    private readonly LevelRounding _rounding = new(key, grid.IsStochastic);

    /// <summary>The norm of a bucket, written as a float32.</summary>
    /// <param name="values">The bucket.</param>
    /// <param name="count">Values of it.</param>
    /// <param name="norm">Takes it; at any address.</param>
    /// <returns>The norm; not finite where a value is not.</returns>
    public float Norm(float* values, int count, byte* norm)
    {
        float size = _usesTwoNorm ? BucketScale.TwoNorm(values, count) : BucketScale.MaxMagnitude(values, count);
        Unsafe.WriteUnaligned(norm, size);
        return size;
    }

    /// <summary>The levels of a chunk, all of one bucket.</summary>
    /// <param name="values">Of the gradient.</param>
    /// <param name="position">Of the chunk's first value; a multiple of 64.</param>
    /// <param name="count">Its values, 1 to <see cref="LevelRounding.ChunkLength"/>.</param>
    /// <param name="norm">Of the bucket.</param>
    /// <param name="levels">Takes them, in whole blocks.</param>
    [SkipLocalsInit]
    public void Make(float* values, int position, int count, float norm, sbyte* levels)
    {
        uint* words = stackalloc uint[LevelRounding.ChunkLength];
        _rounding.Prepare(position, count, words);
        var (first, second) = BucketScale.Factors(Levels, norm);
        int i = 0;
        for (; i <= count - BitPlanes.BlockLength; i += BitPlanes.BlockLength)
        {
            float* block = values + position + i;
            Prefetch.Block(block + Bucket);
            MakeBlock(BlockOfFloats.Load(block, BitPlanes.BlockLength), first, second, words + i).Store(levels + i);
        }

        if (i < count)
        {
            MakeBlock(BlockOfFloats.Load(values + position + i, count - i), first, second, words + i).Store(levels + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<sbyte> MakeBlock(in BlockOfFloats block, Vector512<float> first, Vector512<float> second, uint* words)
    {
        var scaled = new BlockOfFloats(
            Vector512.Abs(block.First) * first * second, Vector512.Abs(block.Second) * first * second,
            Vector512.Abs(block.Third) * first * second, Vector512.Abs(block.Fourth) * first * second);
        var (a, b, c, d) = _rounding.Round(scaled, words);
        return LevelRounding.ToBytes(
            Signed(a, block.First), Signed(b, block.Second), Signed(c, block.Third), Signed(d, block.Fourth)).AsSByte();
    }

    // A norm that was rounded down lets a level reach s + 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<int> Signed(Vector512<int> magnitudes, Vector512<float> values)
    {
        var negative = values.AsInt32() >> 31;
        return (Vector512.Min(magnitudes, Vector512.Create(Levels)) ^ negative) - negative;
    }
}
