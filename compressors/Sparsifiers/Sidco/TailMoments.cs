using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.Sidco;

/// <summary>
/// How many magnitudes exceed a threshold η, and the sums of |v| − η and of its square over them, in double precision and independent
/// of the threads. With η = 0 these are the moments of all magnitudes that are not zero.
/// </summary>
public static unsafe class TailMoments
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="threshold">η, at least 0.</param>
    public static (long Count, double Sum, double SumOfSquares) Invoke(ThreadTeam team, ReadOnlySpan<float> values, float threshold) =>
        Invoke(team, values, threshold, least: 0, found: null);

    /// <summary>The same, and in the same trip through memory collects entries as <see cref="CollectAbove"/> does.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="threshold">η, at least 0.</param>
    /// <param name="least">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="found">Takes positions and values; null if nobody asks.</param>
    public static (long Count, double Sum, double SumOfSquares) Invoke(
        ThreadTeam team, ReadOnlySpan<float> values, float threshold, uint least, Candidates? found)
    {
        int parts = Partition.Count(values.Length);
        var sums = ArrayPool<(long Count, double Sum, double Squares)>.Shared.Rent(Math.Max(1, parts));
        fixed (float* from = values)
        fixed ((long, double, double)* partSums = sums)
        {
            if (found is null)
            {
                var job = new Job(from, values.Length, threshold, partSums);
                team.Run(ref job, parts);
            }
            else
            {
                found.Collect(team, values.Length, parts, new CollectingPass(from, values.Length, threshold, partSums, least));
            }
        }

        (long Count, double Sum, double Squares) total = default;
        foreach (var part in sums.AsSpan(0, parts))
        {
            total = (total.Count + part.Count, total.Sum + part.Sum, total.Squares + part.Squares);
        }

        ArrayPool<(long, double, double)>.Shared.Return(sums);
        return total;
    }

    private readonly struct Job(float* values, int length, float threshold, (long, double, double)* results) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            var sums = default(Sums);
            for (int i = start; i < end; i += Sums.Run)
            {
                sums.Add(new ReadOnlySpan<float>(values + i, Math.Min(Sums.Run, end - i)), threshold);
            }

            results[part] = sums.Total();
        }
    }

    // By turns, run for run: the collection finds its run in the first-level cache, and the next one comes from memory meanwhile.
    private readonly struct CollectingPass(float* values, int length, float threshold, (long, double, double)* results, uint least) : ICollectingPass
    {
        public void Execute(int part, CandidateRoom room)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length), taken = 0;
            var sums = default(Sums);
            for (int i = start; i < end; i += Sums.Run)
            {
                int count = Math.Min(Sums.Run, end - i);
                sums.Add(new ReadOnlySpan<float>(values + i, count), threshold);
                for (int ahead = 0; ahead < Sums.Run; ahead += BitPlanes.BlockLength)
                {
                    Prefetch.Block(values + i + Sums.Run + ahead);
                }

                taken = CollectAbove.Take(values, i, i + count, least, room, taken);
            }

            results[part] = sums.Total();
            room.End(part, taken);
        }
    }

    private struct Sums
    {
        // Floats add up over 64 vectors before they are taken over into doubles: 64 additions round by 4e-6 at most.
        public const int Run = 64 * 16;

        private Vector512<double> _sumLow;
        private Vector512<double> _sumHigh;
        private Vector512<double> _squaresLow;
        private Vector512<double> _squaresHigh;
        private Vector512<int> _counts;
        private (long Count, double Sum, double Squares) _rest;

        public void Add(ReadOnlySpan<float> run, float threshold)
        {
            var (sum, squares, counts) = (Vector512<float>.Zero, Vector512<float>.Zero, _counts);
            var limit = Vector512.Create(threshold);
            var vectors = MemoryMarshal.Cast<float, Vector512<float>>(run);
            foreach (var vector in vectors)
            {
                var magnitude = Vector512.Abs(vector);
                var isAbove = Vector512.GreaterThan(magnitude, limit);
                var excess = (magnitude - limit) & isAbove;
                counts -= isAbove.AsInt32();
                sum += excess;
                squares += excess * excess;
            }

            _counts = counts;
            (_sumLow, _sumHigh) = (_sumLow + Vector512.WidenLower(sum), _sumHigh + Vector512.WidenUpper(sum));
            (_squaresLow, _squaresHigh) = (_squaresLow + Vector512.WidenLower(squares), _squaresHigh + Vector512.WidenUpper(squares));
            foreach (float value in run[(vectors.Length * Vector512<float>.Count)..])
            {
                double excess = Math.Abs(value) - threshold;
                if (Math.Abs(value) > threshold)
                {
                    _rest = (_rest.Count + 1, _rest.Sum + excess, _rest.Squares + (excess * excess));
                }
            }
        }

        public readonly (long Count, double Sum, double Squares) Total() => (
            _rest.Count + Vector512.Sum(_counts),
            _rest.Sum + Vector512.Sum(_sumLow + _sumHigh),
            _rest.Squares + Vector512.Sum(_squaresLow + _squaresHigh));
    }
}
