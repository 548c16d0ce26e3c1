using Compression.Core.Reporting;
using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Series;

/// <summary>The text that a perplexity is about.</summary>
internal enum PerplexityKind
{
    /// <summary>The text that the run trains on: the mean over the interval of a row of metrics.csv.</summary>
    Train,

    /// <summary>The whole validation text.</summary>
    Valid,

    /// <summary>The whole test text.</summary>
    Test,
}

/// <summary>Which perplexity a picture shows, and what it is called.</summary>
internal static class Perplexities
{
    /// <summary>The name of the split in evaluations.csv.</summary>
    public static string SplitOf(PerplexityKind kind) => kind == PerplexityKind.Test ? "test" : "valid";

    /// <summary>For axes and titles.</summary>
    public static string Title(PerplexityKind kind) => kind switch
    {
        PerplexityKind.Test => "Test perplexity",
        PerplexityKind.Valid => "Validation perplexity",
        _ => "Training perplexity",
    };

    /// <summary>What a caption must say of its points; empty where they need no remark.</summary>
    public static string Remark(PerplexityKind kind) => kind == PerplexityKind.Train ? "Training perplexity is the mean over a log interval" : "";

    /// <summary>For curves: that of the validation text where at least half of the series were evaluated twice, else that of training.</summary>
    /// <param name="asked"><c>auto</c>, <c>valid</c>, <c>test</c> or <c>train</c>.</param>
    /// <param name="series">All that are drawn.</param>
    public static PerplexityKind ForCurves(string asked, IReadOnlyList<RunSeries> series) => Named(asked)
        ?? (2 * series.Count(one => one.Runs.Any(run => Curve.Of(run, PerplexityKind.Valid).Count > 1)) >= series.Count
            ? PerplexityKind.Valid
            : PerplexityKind.Train);

    /// <summary>For results: the one that most series have, that of the test text before the others.</summary>
    /// <param name="asked"><c>auto</c>, <c>valid</c>, <c>test</c> or <c>train</c>.</param>
    /// <param name="series">All that are drawn.</param>
    public static PerplexityKind ForResults(string asked, IReadOnlyList<RunSeries> series) => Named(asked)
        ?? ((PerplexityKind[])[PerplexityKind.Test, PerplexityKind.Valid, PerplexityKind.Train])
            .MaxBy(kind => series.Count(one => one.Mean(run => Final(run, kind)).Count > 0) * (kind == PerplexityKind.Train ? 0.5 : 1));

    /// <summary>The perplexity at the end of a run; NaN where there is none.</summary>
    public static double Final(RunData run, PerplexityKind kind)
    {
        double? recorded = kind switch
        {
            PerplexityKind.Test => run.Summary?.TestPerplexity,
            PerplexityKind.Valid => run.Summary?.ValidPerplexity,
            _ => null,
        };
        return recorded ?? (Curve.Of(run, kind) is [.., var last] ? last.Perplexity : double.NaN);
    }

    private static PerplexityKind? Named(string asked) => asked switch
    {
        "valid" => PerplexityKind.Valid,
        "test" => PerplexityKind.Test,
        "train" => PerplexityKind.Train,
        "auto" => null,
        _ => throw new UserErrorException(ExitCode.Usage, $"--measure {asked}: write auto, valid, test or train."),
    };
}
