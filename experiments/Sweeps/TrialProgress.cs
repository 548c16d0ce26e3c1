using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Sweeps;

/// <summary>How far a trial's run has come, read from its own tables.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TrainPerplexity">Of the newest interval; NaN before the first.</param>
/// <param name="EvaluatedPerplexity">Of the newest evaluation; NaN before the first.</param>
/// <param name="Seconds">Wall-clock of the run.</param>
/// <param name="Share">Share of the training that is done; NaN where nobody knows.</param>
internal sealed record TrialProgress(long Step, double TrainPerplexity, double EvaluatedPerplexity, double Seconds, double Share)
{
    /// <summary>Seconds to the end at the pace so far; NaN where nobody knows.</summary>
    public double Remaining => Share > 0 ? Math.Max(0, Seconds * (1 - Share) / Share) : double.NaN;

    /// <summary>Reads it.</summary>
    public static TrialProgress Read(TrialRecord record, SweepFolder folder)
    {
        if (record is { State: TrialState.Completed, Summary: { } summary })
        {
            return new TrialProgress(
                summary.Steps, Math.Exp(summary.TrainLoss ?? double.NaN), summary.ValidPerplexity ?? summary.TestPerplexity ?? double.NaN,
                summary.Seconds.Total, 1);
        }

        string run = folder.TrialFolder(record.Trial.Id);
        var metrics = MetricsTail.Read(Path.Combine(run, RunFiles.Metrics));
        var evaluation = MetricsTail.Read(Path.Combine(run, RunFiles.Evaluations));
        double Of(string column) => metrics.GetValueOrDefault(column, double.NaN);
        return new TrialProgress(
            (long)metrics.GetValueOrDefault("step"), Math.Exp(Of("train_loss")), evaluation.GetValueOrDefault("perplexity", double.NaN),
            Of("seconds_total"), ShareOf(run, Of("step"), Of("epoch")));
    }

    // Whichever limit of the run's options is nearer.
    private static double ShareOf(string run, double step, double epoch)
    {
        if (double.IsNaN(step) || !File.Exists(Path.Combine(run, RunFiles.Config)))
        {
            return double.NaN;
        }

        try
        {
            var options = RecordedRun.Read(run).Values;
            double Limit(string name) => double.TryParse(options.GetValueOrDefault(name), System.Globalization.CultureInfo.InvariantCulture, out double limit) ? limit : 0;
            double bySteps = Limit("max_steps") > 0 ? step / Limit("max_steps") : 0, byEpochs = Limit("epochs") > 0 ? epoch / Limit("epochs") : 0;
            return Math.Max(bySteps, byEpochs) is > 0 and var share ? Math.Min(1, share) : double.NaN;
        }
        catch (Exception cause) when (cause is UserErrorException or JsonException)
        {
            return double.NaN;
        }
    }
}
