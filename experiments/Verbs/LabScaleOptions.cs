using Compression.Benchmarks;
using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabScale"/>.</summary>
public sealed record LabScaleOptions : LabMeasureOptions
{
    /// <summary>The defaults: beside the usual methods two whose bytes do not grow with the workers.</summary>
    public LabScaleOptions() => Methods = StepBenchmarkOptions.UsualMethods + "; topk(ratio=0.01) via gtopk; sign via reducescatter";

    /// <summary>For how many.</summary>
    [Option("workers", "numbers of workers, parted by commas")]
    public string Workers { get; init; } = "4,8,16,32,64,128,256,512,1024";
}
