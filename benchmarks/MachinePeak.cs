namespace Compression.Benchmarks;

/// <summary>What the machine at hand can do at most, measured in the same run as what is compared with it.</summary>
/// <param name="Threads">n.</param>
/// <param name="GigaflopsOfOneThread">Fused multiply-adds, 10⁹ operations a second, on one thread.</param>
/// <param name="Gigaflops">The same on n threads.</param>
/// <param name="ReadGigabytes">Memory read on n threads, 10⁹ bytes a second.</param>
internal sealed record MachinePeak(int Threads, double GigaflopsOfOneThread, double Gigaflops, double ReadGigabytes)
{
    /// <summary>Measures.</summary>
    /// <param name="threads">n, at least 1.</param>
    public static MachinePeak Measure(int threads)
    {
        double one = MultiplyAddPeak.Gigaflops(1);
        return new MachinePeak(threads, one, threads == 1 ? one : MultiplyAddPeak.Gigaflops(threads), MemoryReadPeak.GigabytesPerSecond(threads));
    }
}
