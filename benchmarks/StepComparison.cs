using System.Globalization;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>A training step of ours beside that of a peer of libtorch's layers, both beside what the machine can do.</summary>
/// <param name="Model">In one line.</param>
/// <param name="Unit">What is counted: words or tokens.</param>
/// <param name="UnitsPerStep">How many of them a step has.</param>
/// <param name="StepFlops">Operations of a step's matrix products.</param>
/// <param name="OurMilliseconds">Of our steps.</param>
/// <param name="Peers">Of the peer's.</param>
/// <param name="Peak">Measured in the same run; its threads are ours.</param>
internal sealed record StepComparison(
    string Model, string Unit, int UnitsPerStep, double StepFlops, IReadOnlyList<double> OurMilliseconds, IReadOnlyList<PeerTimes> Peers, MachinePeak Peak)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The peer's fastest number of threads, by the median.</summary>
    private PeerTimes Peer => Peers.MinBy(setting => Median.Of(setting.Milliseconds))!;

    /// <summary>Of the peak on as many threads, over the whole step.</summary>
    private double ShareOfPeak => StepFlops / (1e6 * Median.Of(OurMilliseconds)) / Peak.Gigaflops;

    /// <summary>Prints rows, or JSON in one line.</summary>
    /// <param name="json">JSON.</param>
    /// <param name="split">Our time by parts, a last row.</param>
    /// <param name="output">Takes it.</param>
    public void Write(bool json, string split, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(Figures(), s_json));
            return;
        }

        output.WriteLine(Model);
        output.WriteLine(Row("ours", Peak.Threads, OurMilliseconds));
        foreach (var (threads, milliseconds) in Peers)
        {
            output.WriteLine(Row("libtorch", threads, milliseconds));
        }

        double ofMedians = Median.Of(Peer.Milliseconds) / Median.Of(OurMilliseconds), ofBest = Peer.Milliseconds.Min() / OurMilliseconds.Min();
        double gigaflops = StepFlops / (1e6 * Median.Of(OurMilliseconds));
        Line($"  ratio to libtorch with {Threads(Peer.Threads)}, its best: {ofMedians:F2} by medians, {ofBest:F2} by best steps");
        Line($"  a step's matrix products: {StepFlops / 1e9:F1} GFLOP; ours run at {gigaflops:F0} GFLOP/s over the whole step, {100 * ShareOfPeak:F0} % of the peak");
        string ofAll = Peak.Threads == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {Peak.Gigaflops:F0} with {Threads(Peak.Threads)}");
        Line($"  peak of fused multiply-adds here: {Peak.GigaflopsOfOneThread:F0} GFLOP/s with 1 thread{ofAll}");
        Line($"  memory read here: {Peak.ReadGigabytes:F0} GB/s with {Threads(Peak.Threads)}");
        output.WriteLine(split);

        void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private string Row(string name, int threads, IReadOnlyList<double> milliseconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {name,-8} {Threads(threads),-10}  {Median.Of(milliseconds),8:F1} ms a step (best {milliseconds.Min():F1})  {PerSecond(Median.Of(milliseconds)),8:N0} {Unit}/s");

    private static string Threads(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} {Plural.Of(count, "thread")}");

    private double PerSecond(double milliseconds) => 1000 * UnitsPerStep / milliseconds;

    private StepComparisonFigures Figures() => new(PerSecond(Median.Of(OurMilliseconds)), PerSecond(Median.Of(Peer.Milliseconds)))
    {
        OursBest = PerSecond(OurMilliseconds.Min()),
        PeerBest = PerSecond(Peer.Milliseconds.Min()),
        Threads = Peak.Threads,
        PeerThreads = Peer.Threads,
        StepGflop = StepFlops / 1e9,
        PeakGflops = Peak.Gigaflops,
        PeakGflopsOneThread = Peak.GigaflopsOfOneThread,
        ReadGbytes = Peak.ReadGigabytes,
        ShareOfPeak = ShareOfPeak,
    };
}

/// <summary>What <c>--json</c> prints of a comparison; speeds are words or tokens a second.</summary>
/// <param name="Ours">At the median step.</param>
/// <param name="Peer">At the median step of its best number of threads.</param>
internal sealed record StepComparisonFigures(double Ours, double Peer)
{
    /// <summary>How many times as fast as the peer.</summary>
    public double Ratio => Ours / Peer;

    /// <summary>At the fastest step.</summary>
    public double OursBest { get; init; }

    /// <summary>At the fastest step.</summary>
    public double PeerBest { get; init; }

    /// <summary>Of ours.</summary>
    public int Threads { get; init; }

    /// <summary>Of the peer at its best.</summary>
    public int PeerThreads { get; init; }

    /// <summary>10⁹ operations of a step's matrix products.</summary>
    public double StepGflop { get; init; }

    /// <summary>10⁹ operations a second that this machine's fused multiply-adds reach on <see cref="Threads"/> threads.</summary>
    public double PeakGflops { get; init; }

    /// <summary>The same on one thread.</summary>
    public double PeakGflopsOneThread { get; init; }

    /// <summary>10⁹ bytes a second that this machine reads from memory on <see cref="Threads"/> threads.</summary>
    public double ReadGbytes { get; init; }

    /// <summary>A step's products over its seconds over <see cref="PeakGflops"/>.</summary>
    public double ShareOfPeak { get; init; }
}
