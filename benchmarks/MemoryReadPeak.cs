using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Benchmarks;

/// <summary>How fast this machine's memory is read: the sum of a buffer larger than any last cache that one process is likely to have.</summary>
internal static class MemoryReadPeak
{
    private const int Elements = 64 * 1024 * 1024;
    private const int Passes = 8;

    /// <summary>Gigabytes (10⁹ bytes) a second, the best of several passes over 256 MiB.</summary>
    /// <param name="threads">Threads that read together.</param>
    public static double GigabytesPerSecond(int threads)
    {
        using var team = new ThreadTeam(threads);
        uint[] buffer = new uint[Elements];
        Array.Fill(buffer, 1u);
        return Measure(team, buffer);
    }

    private static double Measure(ThreadTeam team, uint[] buffer)
    {
        double best = double.PositiveInfinity;
        var parts = new uint[Partition.Count(Elements)];
        for (int pass = 0; pass < Passes; pass++)
        {
            var job = new Job(buffer, parts);
            long start = Stopwatch.GetTimestamp();
            team.Run(ref job, parts.Length);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        // The sum is looked at, so that no compiler may leave it out.
        return parts.Sum(part => (long)part) == Elements ? sizeof(uint) * (double)Elements / best / 1e9 : throw new UnreachableException();
    }

    private readonly struct Job(uint[] buffer, uint[] sums) : IKernelJob
    {
        public void Execute(int part)
        {
            var vectors = MemoryMarshal.Cast<uint, Vector512<uint>>(buffer.AsSpan(Partition.Start(part), Partition.LengthOf(part, Elements)));
            Vector512<uint> a = default, b = default, c = default, d = default;
            for (int i = 0; i <= vectors.Length - 4; i += 4)
            {
                a += vectors[i];
                b += vectors[i + 1];
                c += vectors[i + 2];
                d += vectors[i + 3];
            }

            sums[part] = Vector512.Sum(a + b + (c + d));
        }
    }
}
