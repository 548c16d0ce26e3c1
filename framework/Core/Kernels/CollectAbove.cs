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
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> values, uint threshold, Candidates found)
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
        ThreadTeam team, Span<float> sum, float beta, ReadOnlySpan<float> addend, float gamma, uint threshold, Candidates found)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(addend.Length, sum.Length);
        fixed (float* to = sum, from = addend)
        {
            Run(team, new Sum(to, beta, from, gamma), sum.Length, threshold, found);
        }
    }

    /// <summary>Collects some of a part, for a pass that does more with it.</summary>
    /// <param name="values">The entries.</param>
    /// <param name="i">The first that is looked at.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="threshold">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="room">Of the part.</param>
    /// <param name="taken">What the part has taken so far.</param>
    /// <returns>What it has taken then.</returns>
    public static int Take(float* values, int i, int end, uint threshold, CandidateRoom room, int taken) =>
        Take(new Plain(values), i, end, threshold, room, taken);

    private static void Run<TSource>(ThreadTeam team, TSource source, int length, uint threshold, Candidates found)
        where TSource : struct, ISource =>
        found.Collect(team, length, Partition.Count(length), new Pass<TSource>(source, length, threshold));

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

    private static int Take<TSource>(TSource source, int i, int end, uint threshold, CandidateRoom room, int taken)
        where TSource : struct, ISource
    {
        var mask = Vector512.Create(MagnitudeBits.Mask);
        var limit = Vector512.Create(threshold);
        for (; i <= end - 16; i += 16)
        {
            var lanes = source.Load(i);
            var chosen = Vector512.GreaterThanOrEqual(lanes.AsUInt32() & mask, limit);
            taken += VectorCompaction.Append(chosen, i, lanes, room.Positions + taken, room.Values + taken);
        }

        for (; i < end; i++)
        {
            float value = source.LoadOne(i);
            if (MagnitudeBits.Of(value) >= threshold)
            {
                room.Positions[taken] = i;
                room.Values[taken++] = value;
            }
        }

        return taken;
    }

    private readonly struct Pass<TSource>(TSource source, int length, uint threshold) : ICollectingPass
        where TSource : struct, ISource
    {
        public void Execute(int part, CandidateRoom room)
        {
            int start = Partition.Start(part);
            room.End(part, Take(source, start, start + Partition.LengthOf(part, length), threshold, room, taken: 0));
        }
    }
}
