using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Collects all entries whose magnitude bits (<see cref="MagnitudeBits"/>) are at least a threshold, ascending.</summary>
public static unsafe class CollectAbove
{
    // Entries that are looked at together, one bit each. Where up to four are chosen, four are written whatever their number, of which it counts: a loop
    // over the chosen ones would end where no processor foresees it, and vectors, most of them empty, take three times as long to write.
    private const int Group = 64, FewOfGroup = 4;

    // Entries between the group that is looked at and the one that is asked for.
    private const int Ahead = 1024;

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

    // Where the entries come from; each is asked for once, and lies in Complete afterwards.
    private interface ISource
    {
        float* Complete { get; }

        Vector512<float> Load(int i);

        float LoadOne(int i);
    }

    private readonly struct Plain(float* values) : ISource
    {
        public float* Complete => values;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Load(int i) => Vector512.Load(values + i);

        public float LoadOne(int i) => values[i];
    }

    private readonly struct Sum(float* sum, float beta, float* addend, float gamma) : ISource
    {
        public float* Complete => sum;

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
        for (; i <= end - Group; i += Group)
        {
            Prefetch.Block(source.Complete + i + Ahead);
            Vector512<float> first = source.Load(i), second = source.Load(i + 16), third = source.Load(i + 32), fourth = source.Load(i + 48);
            ulong chosen = Reaching(first, threshold) | (Reaching(second, threshold) << 16) | (Reaching(third, threshold) << 32) | (Reaching(fourth, threshold) << 48);
            int count = BitOperations.PopCount(chosen);
            if (count <= FewOfGroup)
            {
                for (int j = 0; j < FewOfGroup; j++, chosen &= chosen - 1)
                {
                    int position = i + (BitOperations.TrailingZeroCount(chosen) % Group);
                    room.Positions[taken + j] = position;
                    room.Values[taken + j] = source.Complete[position];
                }

                taken += count;
            }
            else
            {
                taken = Append(i, first, threshold, room, taken);
                taken = Append(i + 16, second, threshold, room, taken);
                taken = Append(i + 32, third, threshold, room, taken);
                taken = Append(i + 48, fourth, threshold, room, taken);
            }
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Reaching(Vector512<float> lanes, uint threshold) => Chosen(lanes, threshold).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Chosen(Vector512<float> lanes, uint threshold) =>
        Vector512.GreaterThanOrEqual(lanes.AsUInt32() & Vector512.Create(MagnitudeBits.Mask), Vector512.Create(threshold));

    private static int Append(int i, Vector512<float> lanes, uint threshold, CandidateRoom room, int taken) =>
        taken + VectorCompaction.Append(Chosen(lanes, threshold), i, lanes, room.Positions + taken, room.Values + taken);

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
