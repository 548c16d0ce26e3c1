using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Benchmarks;

/// <summary>
/// The most fused multiply-adds that this machine makes: chains that stay in registers, as many of them as hide an operation's latency,
/// at the vector width that the runtime uses. A multiply-add counts as two operations.
/// </summary>
internal static class MultiplyAddPeak
{
    private const int Chains = 12;
    private const int Rounds = 1 << 18;
    private const int PartsAThread = 4;
    private const int Trials = 12;

    /// <summary>Gigaflops (10⁹ float32 operations) a second, the best of several trials of some ten milliseconds.</summary>
    /// <param name="threads">Threads that compute together, at least 1.</param>
    public static double Gigaflops(int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] sums = new float[threads * PartsAThread];
        double best = double.PositiveInfinity;
        for (int trial = 0; trial < Trials; trial++)
        {
            var job = new Job(sums);
            long start = Stopwatch.GetTimestamp();
            team.Run(ref job, sums.Length);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        // The sums are looked at, so that no compiler may leave them out.
        int lanes = Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count;
        return sums.All(float.IsFinite) ? 2e-9 * lanes * Chains * Rounds * sums.Length / best : throw new UnreachableException();
    }

    // Each x goes to x/2 + 1, and so to 2: no overflow and no denormal numbers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RunWide()
    {
        Vector512<float> half = Vector512.Create(0.5f), one = Vector512<float>.One;
        Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default;
        Vector512<float> g = default, h = default, i = default, j = default, k = default, l = default;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, half, one);
            b = Vector512.FusedMultiplyAdd(b, half, one);
            c = Vector512.FusedMultiplyAdd(c, half, one);
            d = Vector512.FusedMultiplyAdd(d, half, one);
            e = Vector512.FusedMultiplyAdd(e, half, one);
            f = Vector512.FusedMultiplyAdd(f, half, one);
            g = Vector512.FusedMultiplyAdd(g, half, one);
            h = Vector512.FusedMultiplyAdd(h, half, one);
            i = Vector512.FusedMultiplyAdd(i, half, one);
            j = Vector512.FusedMultiplyAdd(j, half, one);
            k = Vector512.FusedMultiplyAdd(k, half, one);
            l = Vector512.FusedMultiplyAdd(l, half, one);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RunNarrow()
    {
        Vector256<float> half = Vector256.Create(0.5f), one = Vector256<float>.One;
        Vector256<float> a = default, b = default, c = default, d = default, e = default, f = default;
        Vector256<float> g = default, h = default, i = default, j = default, k = default, l = default;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, half, one);
            b = Vector256.FusedMultiplyAdd(b, half, one);
            c = Vector256.FusedMultiplyAdd(c, half, one);
            d = Vector256.FusedMultiplyAdd(d, half, one);
            e = Vector256.FusedMultiplyAdd(e, half, one);
            f = Vector256.FusedMultiplyAdd(f, half, one);
            g = Vector256.FusedMultiplyAdd(g, half, one);
            h = Vector256.FusedMultiplyAdd(h, half, one);
            i = Vector256.FusedMultiplyAdd(i, half, one);
            j = Vector256.FusedMultiplyAdd(j, half, one);
            k = Vector256.FusedMultiplyAdd(k, half, one);
            l = Vector256.FusedMultiplyAdd(l, half, one);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    private readonly struct Job(float[] sums) : IKernelJob
    {
        public void Execute(int part) => sums[part] = Vector512.IsHardwareAccelerated ? RunWide() : RunNarrow();
    }
}
