using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Display;

namespace Compression.Experiments.Sweeps;

/// <summary>What a sweep would do, and what it would take.</summary>
internal static class SweepEstimate
{
    private const int BytesOfParameter = 4;
    private const int KeptCheckpoints = 2;

    /// <summary>Prints the trials, and what is known of time, memory and disk; writes nothing.</summary>
    /// <exception cref="Core.Reporting.UserErrorException">A trial cannot work.</exception>
    public static void Print(SweepSession session, int jobs, bool retryFailed, CommandEnvironment environment)
    {
        var records = session.Records();
        var left = SweepSession.Left(records, retryFailed);
        var sizes = TrialCheck.Check(session.Plan, left.Select(record => record.Trial), session.Trainer, session.ForTrials(environment));
        var command = new TrialCommand(session.Plan.Grid, session.Trainer);
        var share = CoreShare.Deal(jobs)[0];
        var output = environment.Screen.Output;
        output.WriteLine(session.Plan.Grid.Description.Length > 0 ? $"{session.Plan.Grid.Name}: {session.Plan.Grid.Description}" : session.Plan.Grid.Name);
        output.WriteLine(FormattableString.Invariant(
            $"{records.Count} {Plural.Of(records.Count, "trial")}, {left.Count} to run, {jobs} at a time, threads each: {share.Threads}; {session.Folder.Shown}"));
        foreach (var record in records)
        {
            output.WriteLine($"  {record.Trial.Id}  {OptionText.Format(record.State),-11}  {record.Trial.Describe(session.Plan.VaryingWithSeed)}");
        }

        if (left.Count > 0)
        {
            output.WriteLine($"the first as a command: ./run.sh {string.Join(' ', command.Start(left[0].Trial, session.Folder, share).Select(ShellWord.Quote))}");
        }

        output.WriteLine("time:   " + Time(records, sizes, jobs));
        output.WriteLine("memory: " + Memory(records, left, sizes, jobs));
        output.WriteLine("disk:   " + Disk(left, sizes));
    }

    private static string Time(IReadOnlyList<TrialRecord> records, IReadOnlyList<TrainingSize?> sizes, int jobs)
    {
        double tokens = sizes.Sum(size => size?.Tokens ?? 0);
        string work = tokens > 0 ? $"{Figures.Count((long)tokens)} {Plural.Of(tokens, "token")} to train on at most" : "unknown";
        var completed = records.Where(record => record is { State: TrialState.Completed, Summary.Tokens: > 0 }).Select(record => record.Summary!).ToList();
        if (completed.Count == 0 || tokens == 0)
        {
            string others = jobs > 1 ? ", all trials at a time together" : "";
            return $"{work}; divide by the words_per_second of training on this machine{others}";
        }

        double pace = completed.Sum(summary => summary.Seconds.Total) / completed.Sum(summary => (double)summary.Tokens);
        return $"about {Figures.Estimate(tokens * pace / jobs)} at the pace of {completed.Count.ToString(CultureInfo.InvariantCulture)} completed {Plural.Of(completed.Count, "trial")} ({work})";
    }

    private static string Memory(IReadOnlyList<TrialRecord> records, IReadOnlyList<TrialRecord> left, IReadOnlyList<TrainingSize?> sizes, int jobs)
    {
        var peaks = records.Where(record => record is { State: TrialState.Completed, Summary: not null })
            .Select(record => record.Summary!.PeakMemoryBytes * (double)RanksOf(record.Trial)).ToList();
        if (peaks.Count > 0)
        {
            return $"about {Figures.Bytes(peaks.Max() * jobs)}, from the completed trials' peaks";
        }

        double least = left.Zip(sizes).Select(pair => (pair.Second?.Parameters ?? 0) * 2.0 * BytesOfParameter * RanksOf(pair.First.Trial)).DefaultIfEmpty(0).Max() * jobs;
        return least > 0 ? $"more than {Figures.Bytes(least)} for weights and gradients; residuals, activations and libraries come on top" : "unknown";
    }

    // Each checkpoint holds the weights, and for each worker its residual.
    private static string Disk(IReadOnlyList<TrialRecord> left, IReadOnlyList<TrainingSize?> sizes)
    {
        double most = left.Zip(sizes).Sum(pair => (pair.Second?.Parameters ?? 0) * (double)BytesOfParameter * KeptCheckpoints
            * (1 + Math.Max(RanksOf(pair.First.Trial), Number(pair.First.Trial, "virtual_workers"))));
        return most > 0 ? $"up to {Figures.Bytes(most)} for {KeptCheckpoints.ToString(CultureInfo.InvariantCulture)} checkpoints a trial with a residual for each worker, and some MB of tables" : "unknown";
    }

    private static int RanksOf(Trial trial) => Math.Max(1, Number(trial, "num_workers"));

    private static int Number(Trial trial, string name) => int.TryParse(trial[name], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
