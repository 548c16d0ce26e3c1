using Compression.Core.Catalog;
using Compression.Experiments.Plots.Kinds;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="ReportRuns"/>.</summary>
public sealed record ReportOptions : PictureOptions
{
    /// <summary>The page.</summary>
    [Option("out", "file of the page; empty: report.html in the first DIR; the pictures go into plots/ beside it", IsPath = true)]
    public string Out { get; init; } = "";
}
