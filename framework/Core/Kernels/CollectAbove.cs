using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Collects all entries whose magnitude bits (<see cref="MagnitudeBits"/>) are at least a threshold, ascending.</summary>
public static unsafe class CollectAbove
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The entries.</param>
    /// <param name="threshold">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="found">Takes positions and values.</param>
    public static void Invoke(KernelTeam team, ReadOnlySpan<float> values, uint threshold, Candidates found)
    {
        fixed (float* pointer = values)
        {
            Run(team, new Plain(pointer), values.Length, threshold, found);
        }
    }

    /// <summary><c>sum[i] = beta · sum[i] + gamma · addend[i]</c>, and collects from the sum, in one pass: bit for bit <see cref="AddScaled"/>, then this.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="sum">In and out.</param>
    /// <param name="beta">Factor of the sum.</param>
    /// <param name="addend">As many elements.</param>
    /// <param name="gamma">Factor of the addend.</param>
    /// <param name="threshold">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="found">Takes positions and values of the sum.</param>
    public static void AfterAdding(
        KernelTeam team, Span<float> sum, float beta, ReadOnlySpan<float> addend, float gamma, uint threshold, Candidates found)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(addend.Length, sum.Length);
        fixed (float* to = sum, from = addend)
        {
            Run(team, new Sum(to, beta, from, gamma), sum.Length, threshold, found);
        }
    }

    private static void Run<TSource>(KernelTeam team, TSource source, int length, uint threshold, Candidates found)
        where TSource : struct, ISource
    {
        int parts = Partition.Count(length);
        found.Prepare(length, parts);
        fixed (int* positions = found.PositionRoom, counts = found.CountRoom)
        fixed (float* values = found.ValueRoom)
        {
            var job = new Job<TSource>(source, length, threshold, positions, values, counts);
            team.Run(ref job, parts);
        }

        found.Join(parts, Partition.Length);
    }

    // Where the entries come from; each is asked for once.
    private interface ISource
    {
        Vector512<float> Load(int i);

        float LoadOne(int i);
    }

    private readonly struct Plain(float* values) : ISource
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Load(int i) => Vector512.Load(values + i);

        public float LoadOne(int i) => values[i];
    }

    private readonly struct Sum(float* sum, float beta, float* addend, float gamma) : ISource
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Load(int i)
        {
            var result = (Vector512.Load(sum + i) * beta) + (Vector512.Load(addend + i) * gamma);
            result.Store(sum + i);
            return result;
        }

        public float LoadOne(int i) => sum[i] = (sum[i] * beta) + (addend[i] * gamma);
    }

    private readonly struct Job<TSource>(TSource source, int length, uint threshold, int* positions, float* found, int* counts) : IKernelJob
        where TSource : struct, ISource
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            int taken = start;
            int i = start;
            var mask = Vector512.Create(MagnitudeBits.Mask);
            var limit = Vector512.Create(threshold);
            for (; i <= end - 64; i += 64)
            {
                Vector512<float> v0 = source.Load(i), v1 = source.Load(i + 16), v2 = source.Load(i + 32), v3 = source.Load(i + 48);
                var m0 = Vector512.GreaterThanOrEqual(v0.AsUInt32() & mask, limit);
                var m1 = Vector512.GreaterThanOrEqual(v1.AsUInt32() & mask, limit);
                var m2 = Vector512.GreaterThanOrEqual(v2.AsUInt32() & mask, limit);
                var m3 = Vector512.GreaterThanOrEqual(v3.AsUInt32() & mask, limit);
                if (((m0 | m1) | (m2 | m3)) == Vector512<uint>.Zero)
                {
                    continue;
                }

                var places = Vector512<int>.Indices + Vector512.Create(i);
                taken += VectorCompaction.Append(m0, places, v0, positions + taken, found + taken);
                taken += VectorCompaction.Append(m1, places + Vector512.Create(16), v1, positions + taken, found + taken);
                taken += VectorCompaction.Append(m2, places + Vector512.Create(32), v2, positions + taken, found + taken);
                taken += VectorCompaction.Append(m3, places + Vector512.Create(48), v3, positions + taken, found + taken);
            }

            for (; i < end; i++)
            {
                float value = source.LoadOne(i);
                if (MagnitudeBits.Of(value) >= threshold)
                {
                    positions[taken] = i;
                    found[taken++] = value;
                }
            }

            counts[part] = taken - start;
        }
    }
}
