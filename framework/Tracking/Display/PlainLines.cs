using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Display;

/// <summary>The lines of a run that is not watched on a terminal: parts between bars, folded at 80 columns.</summary>
internal static class PlainLines
{
    private const int Width = ConsoleTarget.DefaultWidth;

    /// <summary>A log interval. What the metrics lack (plan, ratio, time left) comes from the progress, if there was any.</summary>
    public static string Metrics(MetricsRecord metrics, ProgressRecord? progress, double? secondsLeft)
    {
        List<string> parts =
        [
            progress is { } known ? $"epoch {known.Epoch}" : $"epoch {Figures.Number(metrics.Epoch)}",
            progress is { TotalSteps: > 0 and var total } ? $"step {Steps(metrics.Step, total)}" : $"step {Figures.Count(metrics.Step)}",
            $"loss {Figures.Number(metrics.TrainLoss)}",
            $"ppl {Figures.Number(Math.Exp(metrics.TrainLoss))}",
            $"{Figures.Rate(metrics.WordsPerSecond)} words/s",
        ];
        if (progress is { WireCompressionRatio: var ratio } && double.IsFinite(ratio))
        {
            parts.Add($"ratio {Figures.Ratio(ratio)}");
        }

        if (Split(metrics.Seconds) is { Length: > 0 } split)
        {
            parts.Add(split);
        }

        if (secondsLeft is { } left)
        {
            parts.Add($"eta {Figures.Estimate(left)}");
        }

        return Fold(parts);
    }

    /// <summary>An evaluation.</summary>
    public static string Evaluation(EvaluationRecord evaluation) => Fold(
    [
        $"epoch {Figures.Number(evaluation.Epoch)}", $"step {Figures.Count(evaluation.Step)}",
        $"{evaluation.Split} loss {Figures.Number(evaluation.Loss)}", $"{evaluation.Split} ppl {Figures.Number(evaluation.Perplexity)}",
        $"after {Figures.Duration(evaluation.SecondsTotal)}",
    ]);

    /// <summary>The run in one line: how it ended, and its results.</summary>
    public static string End(RunSummary summary)
    {
        List<string> results = [$"{Figures.Count(summary.Steps)} {Plural.Of(summary.Steps, "step")} in {Figures.Duration(summary.Seconds.Total)}"];
        if (summary.SkippedSteps > 0)
        {
            results.Add($"{Figures.Count(summary.SkippedSteps)} skipped");
        }

        if (summary.ValidPerplexity is { } valid)
        {
            results.Add($"valid ppl {Figures.Number(valid)}");
        }

        if (summary.TestPerplexity is { } test)
        {
            results.Add($"test ppl {Figures.Number(test)}");
        }

        if (double.IsFinite(summary.Bytes.WireCompressionRatio))
        {
            results.Add($"ratio {Figures.Ratio(summary.Bytes.WireCompressionRatio)}");
        }

        return $"{Status(summary)} | {string.Join(" | ", results)}";
    }

    /// <summary>How the run ended, with the reason where there is one.</summary>
    public static string Status(RunSummary summary) =>
        summary.Reason is { } reason ? $"{summary.Status}: {WriteFailure.OneLine(reason)}" : summary.Status;

    /// <summary>Steps done of steps planned.</summary>
    public static string Steps(long done, long planned) => $"{Figures.Count(done)}/{Figures.Count(planned)}";

    // Where the interval's seconds went; evaluation and checkpoints only where there were any.
    private static string Split(PhaseSeconds s)
    {
        var total = s.ForwardBackward + s.Compress + s.Communicate + s.Decompress + s.Update + s.Evaluate + s.Checkpoint + s.Copy;
        if (!(total > 0))
        {
            return "";
        }

        List<(string Name, double Seconds)> phases =
        [
            ("fb", s.ForwardBackward), ("compress", s.Compress), ("comm", s.Communicate), ("decompress", s.Decompress),
            ("update", s.Update),
        ];
        phases.AddRange(new[] { ("copy", s.Copy), ("eval", s.Evaluate), ("ckpt", s.Checkpoint) }.Where(rare => rare.Item2 > 0));
        return string.Join(' ', phases.Select(phase => $"{phase.Name} {Figures.Percent(phase.Seconds, total)}"));
    }

    private static string Fold(IEnumerable<string> parts)
    {
        var text = new StringBuilder();
        var column = 0;
        foreach (var part in parts)
        {
            var separator = column == 0 ? "" : column + 3 + part.Length <= Width ? " | " : "\n    ";
            text.Append(separator).Append(part);
            column = separator.Length > 0 && separator[0] == '\n' ? 4 + part.Length : column + separator.Length + part.Length;
        }

        return text.ToString();
    }
}
