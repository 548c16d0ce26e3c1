using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.Variance;

/// <summary>
/// The step of variance-based compression (Tsuzuku et al. 2018, Algorithm 1): r ← r + g, v ← v + s; where r² > αv the entry is
/// collected and r = v = 0, elsewhere v ← ζv. A NaN is collected, so that it is seen and not kept.
/// </summary>
public static unsafe class CollectUnambiguous
{
    /// <param name="team">Threads.</param>
    /// <param name="sum">r: sum of gradients not yet sent, in and out.</param>
    /// <param name="squares">v: decayed sum of squares, in and out.</param>
    /// <param name="gradient">g.</param>
    /// <param name="addedSquares">s: sum of squares of this step's micro-batches.</param>
    /// <param name="alpha">α.</param>
    /// <param name="zeta">ζ.</param>
    /// <param name="found">Takes positions and values of r.</param>
    public static void Invoke(
        ThreadTeam team, Span<float> sum, Span<float> squares, ReadOnlySpan<float> gradient, ReadOnlySpan<float> addedSquares,
        float alpha, float zeta, Candidates found)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(squares.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, sum.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(addedSquares.Length, sum.Length);
        fixed (float* r = sum, v = squares, g = gradient, s = addedSquares)
        {
            found.Collect(team, sum.Length, Partition.Count(sum.Length), new Pass(r, v, g, s, sum.Length, alpha, zeta));
        }
    }

    private readonly struct Pass(float* sum, float* squares, float* gradient, float* added, int length, float alpha, float zeta) : ICollectingPass
    {
        // Four streams come from memory and two go back: without this, each waits for the others at the end of every page.
        private const int Ahead = 512;

        public void Execute(int part, CandidateRoom room)
        {
            int i = Partition.Start(part), end = i + Partition.LengthOf(part, length), taken = 0;
            for (; i <= end - 16; i += 16)
            {
                Prefetch.Line(sum + i + Ahead);
                Prefetch.Line(squares + i + Ahead);
                Prefetch.Line(gradient + i + Ahead);
                Prefetch.Line(added + i + Ahead);
                var r = Vector512.Load(sum + i) + Vector512.Load(gradient + i);
                var v = Vector512.Load(squares + i) + Vector512.Load(added + i);
                var isKept = Vector512.LessThanOrEqual(r * r, v * alpha);
                (r & isKept).Store(sum + i);
                ((v * zeta) & isKept).Store(squares + i);
                taken += VectorCompaction.Append(
                    ~isKept.AsUInt32(), i, r, room.Positions + taken, room.Values + taken);
            }

            for (; i < end; i++)
            {
                float r = sum[i] + gradient[i], v = squares[i] + added[i];
                bool isKept = r * r <= v * alpha;
                sum[i] = isKept ? r : 0;
                squares[i] = isKept ? v * zeta : 0;
                if (!isKept)
                {
                    room.Positions[taken] = i;
                    room.Values[taken++] = r;
                }
            }

            room.End(part, taken);
        }
    }
}
