using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Series;

/// <summary>Bytes that were really sent, and what a float32 all-reduce would have sent by them.</summary>
internal static class TrueRatio
{
    /// <summary>Bytes that a worker puts on the wire in a step, mean; NaN where no file tells.</summary>
    public static double BytesPerStep(RunData run) =>
        run.Summary?.Bytes.WirePerStepPerWorker
        ?? (run.Metrics is [.., { Step: > 0 } last] ? (double)last.WireBytesTotal / last.Step / run.Workers : double.NaN);

    /// <summary>Bytes of the dense float32 baseline by bytes on the wire; NaN without a summary, and where nothing was sent.</summary>
    public static double Of(RunData run) =>
        run.Summary?.Bytes is { WirePerStepPerWorker: > 0 } bytes ? bytes.WireCompressionRatio : double.NaN;
}
