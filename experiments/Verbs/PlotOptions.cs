using Compression.Core.Catalog;
using Compression.Experiments.Plots.Kinds;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="PlotRuns"/>.</summary>
public sealed record PlotOptions : PictureOptions
{
    /// <summary>Where the files go.</summary>
    [Option("out", "folder of the pictures; empty: plots/ in the first DIR", IsPath = true)]
    public string Out { get; init; } = "";
}
