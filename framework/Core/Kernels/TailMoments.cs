using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// How many magnitudes exceed a threshold η, and the sums of |v| − η and of its square over them, in double precision and independent
/// of the threads. With η = 0 these are the moments of all magnitudes that are not zero.
/// </summary>
public static unsafe class TailMoments
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="threshold">η, at least 0.</param>
    public static (long Count, double Sum, double SumOfSquares) Invoke(KernelTeam team, ReadOnlySpan<float> values, float threshold) =>
        Invoke(team, values, threshold, least: 0, found: null);

    /// <summary>The same, and in the same trip through memory collects entries as <see cref="CollectAbove"/> does.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="threshold">η, at least 0.</param>
    /// <param name="least">Least magnitude, as bits of a non-negative float.</param>
    /// <param name="found">Takes positions and values; null if nobody asks.</param>
    public static (long Count, double Sum, double SumOfSquares) Invoke(
        KernelTeam team, ReadOnlySpan<float> values, float threshold, uint least, Candidates? found)
    {
        int parts = Partition.Count(values.Length);
        var sums = ArrayPool<(long Count, double Sum, double Squares)>.Shared.Rent(Math.Max(1, parts));
        fixed (float* from = values)
        fixed ((long, double, double)* partSums = sums)
        {
            var job = new Job(from, values.Length, threshold, partSums);
            if (found is null)
            {
                team.Run(ref job, parts);
            }
            else
            {
                found.Collect(team, values.Length, parts, new CollectingPass(job, from, values.Length, least));
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

    // A part fits into the second-level cache, where the collection finds it.
    private readonly struct CollectingPass(Job job, float* values, int length, uint least) : ICollectingPass
    {
        public void Execute(int part, CandidateRoom room)
        {
            job.Execute(part);
            CollectAbove.ExecutePart(values, length, least, part, room);
        }
    }

    private readonly struct Job(float* values, int length, float threshold, (long, double, double)* results) : IKernelJob
    {
        // Floats add up over this many vectors before they are taken over into doubles: 64 additions round by 4e-6 at most.
        private const int Run = 64;

        public void Execute(int part)
        {
            var span = new ReadOnlySpan<float>(values + Partition.Start(part), Partition.LengthOf(part, length));
            var vectors = MemoryMarshal.Cast<float, Vector512<float>>(span);
            var (sumLow, sumHigh) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var (squaresLow, squaresHigh) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var counts = Vector512<int>.Zero;
            var limit = Vector512.Create(threshold);
            for (int start = 0; start < vectors.Length; start += Run)
            {
                var (sum, squares) = (Vector512<float>.Zero, Vector512<float>.Zero);
                foreach (var vector in vectors.Slice(start, Math.Min(Run, vectors.Length - start)))
                {
                    var magnitude = Vector512.Abs(vector);
                    var isAbove = Vector512.GreaterThan(magnitude, limit);
                    var excess = (magnitude - limit) & isAbove;
                    counts -= isAbove.AsInt32();
                    sum += excess;
                    squares += excess * excess;
                }

                (sumLow, sumHigh) = (sumLow + Vector512.WidenLower(sum), sumHigh + Vector512.WidenUpper(sum));
                (squaresLow, squaresHigh) = (squaresLow + Vector512.WidenLower(squares), squaresHigh + Vector512.WidenUpper(squares));
            }

            long count = Vector512.Sum(counts);
            double total = Vector512.Sum(sumLow + sumHigh), totalSquares = Vector512.Sum(squaresLow + squaresHigh);
            foreach (float value in span[(vectors.Length * Vector512<float>.Count)..])
            {
                float magnitude = Math.Abs(value);
                if (magnitude > threshold)
                {
                    double excess = magnitude - threshold;
                    count++;
                    total += excess;
                    totalSquares += excess * excess;
                }
            }

            results[part] = (count, total, totalSquares);
        }
    }
}
