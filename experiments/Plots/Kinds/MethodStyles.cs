using Compression.Benchmarks;
using Compression.Experiments.Plots.Pictures;

namespace Compression.Experiments.Plots.Kinds;

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

    /// <summary>Its line, from the rows that carry its number; the dense baseline lies on the others.</summary>
    public LineMark Line(Field x, Field y, ExchangeComposition method, params (string Column, object Value)[] where) => new(x, y, Of(method))
    {
        Where = [("series", NumberOf(method.ToString())), .. where],
        Label = Label(method),
        IsOnTop = IsDense(method),
    };

    private static bool IsDense(ExchangeComposition method) => Label(method) == "dense";
}
