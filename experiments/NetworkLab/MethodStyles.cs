using Compression.Benchmarks;
using Compression.Experiments.Plots.Drawing;

namespace Compression.Experiments.NetworkLab;

/// <summary>How methods look in the lab's pictures, as they would among series of runs.</summary>
/// <param name="Methods">In the order of the legend.</param>
internal sealed record MethodStyles(IReadOnlyList<ExchangeComposition> Methods)
{
    /// <summary>Number of a method, from 1.</summary>
    public int NumberOf(string method) => 1 + Enumerable.Range(0, Methods.Count).First(i => Methods[i].ToString() == method);

    /// <summary>What a legend calls it.</summary>
    public static string Label(ExchangeComposition method) => method switch
    {
        { Compressor: "none", Resolved.Exchange: "allreduce" } => "dense",
        { Compressor: "none" } => method.Exchange,
        _ => method.ToString(),
    };

    /// <summary>Its style.</summary>
    public SeriesStyle Of(ExchangeComposition method) =>
        SeriesStyle.Of(Methods.TakeWhile(other => other != method).Count(other => IsDense(other) == IsDense(method)), IsDense(method));

    private static bool IsDense(ExchangeComposition method) => Label(method) == "dense";
}
