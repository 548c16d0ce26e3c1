using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabScale"/>.</summary>
public sealed record LabScaleOptions : LabMeasureOptions
{
    /// <summary>For how many.</summary>
    [Option("workers", "numbers of workers, parted by commas")]
    public string Workers { get; init; } = "4,8,16,32,64,128,256,512,1024";
}
