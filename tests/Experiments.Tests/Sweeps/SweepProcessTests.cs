using System.Diagnostics;
using System.Text.Json;
using Compression.Experiments.Sweeps;
using Compression.Tracking.Files;

namespace Compression.Experiments.Tests.Sweeps;

/// <summary>Sweeps as processes: killed, interrupted, started twice, partly failed.</summary>
[Collection(Processes.Name)]
public sealed class SweepProcessTests
{
    private const string Command = "sweep run grid.yaml --out sweep --jobs 2";
    private const string Short = "  compressor: {values: [none, topk]}\n  seed: {values: [1, 2]}\n  checkpoint_every: {value: 100}\n  epochs: {value: 40}\n";

    [Fact]
    public void A_sweep_killed_again_and_again_gives_the_same_results_each_trial_once()
    {
        using var calm = new Sandbox();
        Prepare(calm, Short);
        var undisturbed = Apphost.Run(calm, Command);
        Assert.True(undisturbed.Code == 0, undisturbed.Errors);

        using var storm = new Sandbox();
        Prepare(storm, Short);
        for (int kill = 0; kill < 3; kill++)
        {
            using var process = Apphost.Start(storm, Command);
            // After the first kill the trials end by themselves, in order; the others take them along.
            UntilJournal(process, storm, entries => entries.Count(entry => entry.Event == JournalEvent.Started) > kill);
            Apphost.Signal(process.Id, "KILL");
            process.WaitForExit();
            foreach (int run in kill == 0 ? [] : MarkedProcesses.Find(Folder(storm)).SelectMany(trial => trial))
            {
                Apphost.Signal(run, "KILL");
            }
        }

        var last = Apphost.Run(storm, "sweep resume sweep --jobs 2");
        Assert.True(last.Code == 0, last.Errors + string.Join('\n', Directory.GetFiles(storm.At("sweep", "trials"), "*.log").Select(File.ReadAllText)));
        Assert.Empty(MarkedProcesses.Find(Folder(storm)));
        Assert.Equal(Checksums(calm), Checksums(storm));
        var entries = Journal.Read(storm.At("sweep", "journal.jsonl"));
        string[] planned = [.. entries.Where(entry => entry.Event == JournalEvent.Planned).Select(entry => entry.Trial!)];
        Assert.Equal(4, planned.Length);
        Assert.Equal(planned.Order(), entries.Where(entry => entry.Status == "completed").Select(entry => entry.Trial!).Order());
    }

    [Fact]
    public void The_trials_of_a_killed_sweep_end_in_order()
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, Short.Replace("epochs: {value: 40}", "epochs: {value: 100000}", StringComparison.Ordinal));
        using var sweep = Apphost.Start(sandbox, Command);
        UntilJournal(sweep, sandbox, _ => Directory.Exists(sandbox.At("sweep", "trials"))
            && Directory.GetDirectories(sandbox.At("sweep", "trials")).Count(run => Directory.Exists(Path.Combine(run, "checkpoints"))) == 2);
        sweep.Kill();
        sweep.WaitForExit();
        Patience.Until(() => MarkedProcesses.Find(Folder(sandbox)).Count == 0, "Trials outlive their sweep.");
        Assert.Equal(
            ["interrupted", "interrupted"],
            Directory.GetDirectories(sandbox.At("sweep", "trials")).Select(run => SummaryFile.Read(Path.Combine(run, "summary.json")).Status));
    }

    [Fact]
    public async Task A_second_run_of_the_same_folder_is_refused_and_disturbs_nothing()
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, Short.Replace("epochs: {value: 40}", "epochs: {value: 100000}", StringComparison.Ordinal));
        using var first = Apphost.Start(sandbox, Command);
        UntilJournal(first, sandbox, entries => entries.Any(entry => entry.Event == JournalEvent.Started));

        var second = Apphost.Run(sandbox, Command);
        Assert.Equal(2, second.Code);
        Assert.Contains($"process {first.Id}", Assert.Single(second.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("running", Apphost.Run(sandbox, "sweep status sweep").Output, StringComparison.Ordinal);
        Assert.False(first.HasExited);

        var output = first.StandardOutput.ReadToEndAsync();
        Apphost.Signal(first.Id, "INT");
        Assert.True(first.WaitForExit(Patience.Limit), "The sweep does not end.");
        Assert.Equal(130, first.ExitCode);
        Assert.Contains("interrupted", await output, StringComparison.Ordinal);
        Assert.Empty(MarkedProcesses.Find(Folder(sandbox)));
    }

    [Fact]
    public void Failed_trials_are_told_and_tried_again_on_request_alone()
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, "  init_lr: {values: [1, 1e38]}\n  clip: {value: 0}\n  epochs: {value: 2}\n");
        var outcome = Apphost.Run(sandbox, Command);
        Assert.Equal(7, outcome.Code);
        Assert.Contains("1 of 2 trials", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("exit code 4", outcome.Output, StringComparison.Ordinal);

        Assert.Equal(7, Apphost.Run(sandbox, "sweep resume sweep").Code);
        Assert.Equal(2, Starts(sandbox));
        Assert.Equal(7, Apphost.Run(sandbox, "sweep resume sweep --retry_failed").Code);
        Assert.Equal(3, Starts(sandbox));

        var report = Apphost.Run(sandbox, "sweep report sweep");
        Assert.Contains("1 of 2 trials completed", report.Output, StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(sandbox.At("sweep", "results.csv")).Length);
    }

    [Fact]
    public void A_grid_that_grows_runs_what_is_new()
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, "  compressor: {values: [none]}\n  epochs: {value: 2}\n");
        Assert.Equal(0, Apphost.Run(sandbox, Command).Code);
        Assert.Equal(0, Apphost.Run(sandbox, Command).Code);
        Assert.Equal(1, Starts(sandbox));
        Prepare(sandbox, "  compressor: {values: [none, topk]}\n  epochs: {value: 2}\n");
        Assert.Equal(0, Apphost.Run(sandbox, Command).Code);
        Assert.Equal(2, Starts(sandbox));

        Assert.Contains("less compressor=none", Apphost.Run(sandbox, "sweep report sweep --baseline compressor=none").Output, StringComparison.Ordinal);
        var wrong = Apphost.Run(sandbox, "sweep report sweep --baseline compressor=dgc");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("no row has these values; there are compressor=", Assert.Single(wrong.ErrorLines), StringComparison.Ordinal);

        File.WriteAllText(sandbox.At("grid.yaml"), File.ReadAllText(sandbox.At("grid.yaml")).Replace("name: tiny", "name: other", StringComparison.Ordinal));
        var other = Apphost.Run(sandbox, Command);
        Assert.Equal(2, other.Code);
        Assert.Contains("holds the sweep tiny", Assert.Single(other.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("mine", "mine")]
    public void Trials_are_grouped_by_their_sweep_and_are_told_nothing_of_it(string group, string? own = null)
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, "  compressor: {values: [none]}\n  max_steps: {value: 2}\n");
        Assert.Equal(0, Apphost.Run(sandbox, Command, ("WANDB_RUN_GROUP", own ?? "")).Code);
        string run = Assert.Single(Directory.GetDirectories(sandbox.At("sweep", "trials")));
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        Assert.Equal(group, config.RootElement.GetProperty("options").GetProperty("wandb_group").GetString());
        Assert.Null(SummaryFile.Read(Path.Combine(run, "summary.json")).Notes);
    }

    [Fact]
    public void A_trial_with_torn_tables_goes_on_and_the_others_stay_as_they_were()
    {
        using var sandbox = new Sandbox();
        Prepare(sandbox, "  compressor: {values: [none, topk]}\n  checkpoint_every: {value: 50}\n  epochs: {value: 4}\n");
        Assert.Equal(0, Apphost.Run(sandbox, Command).Code);
        string[] runs = Directory.GetDirectories(sandbox.At("sweep", "trials"));
        var checksums = Checksums(sandbox);
        string metrics = Path.Combine(runs[0], "metrics.csv"), whole = File.ReadAllText(metrics);
        var others = sandbox.Snapshot().Where(line => line.StartsWith(runs[1], StringComparison.Ordinal)).ToList();

        File.Delete(Path.Combine(runs[0], "summary.json"));
        File.WriteAllText(metrics, whole[..^9]);
        var status = Apphost.Run(sandbox, "sweep status sweep");
        Assert.True(status.Code == 0, status.Errors);
        Assert.Contains("1 interrupted", status.Output, StringComparison.Ordinal);
        var resumed = Apphost.Run(sandbox, "sweep resume sweep");
        Assert.True(resumed.Code == 0, resumed.Errors);

        Assert.Equal(checksums, Checksums(sandbox));
        Assert.Equal(whole.Split('\n').Length, File.ReadAllLines(metrics).Length + 1);
        Assert.Equal(others, sandbox.Snapshot().Where(line => line.StartsWith(runs[1], StringComparison.Ordinal)));
    }

    private static int Starts(Sandbox sandbox) => Journal.Read(sandbox.At("sweep", "journal.jsonl")).Count(entry => entry.Event == JournalEvent.Started);

    private static void Prepare(Sandbox sandbox, string parameters)
    {
        sandbox.WriteCorpus();
        string model = Grids.Text(parameters);
        File.WriteAllText(
            sandbox.At("grid.yaml"),
            parameters.Contains("init_lr", StringComparison.Ordinal) ? model.Replace("  init_lr: {value: 1}\n", "", StringComparison.Ordinal) : model);
    }

    private static SweepFolder Folder(Sandbox sandbox) => new(sandbox.At("sweep"), "sweep");

    private static string[] Checksums(Sandbox sandbox) =>
    [
        .. Directory.GetDirectories(sandbox.At("sweep", "trials")).Order(StringComparer.Ordinal)
            .Select(run => $"{Path.GetFileName(run)} {SummaryFile.Read(Path.Combine(run, "summary.json")).FinalParametersSha256}"),
    ];

    // The journal is what a sweep tells other processes by; looking at it is the only way to know.
    private static void UntilJournal(Process process, Sandbox sandbox, Func<IReadOnlyList<JournalEntry>, bool> holds)
    {
        Patience.Until(process, () => holds(Journal.Read(sandbox.At("sweep", "journal.jsonl"))), "The sweep does not get there.");
    }
}
