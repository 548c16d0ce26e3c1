using Compression.Core.Reporting;
using Compression.Experiments.Sweeps;
using Compression.Tracking.Files;

namespace Compression.Experiments.Tests.Sweeps;

/// <summary>Journal, tables and statistics.</summary>
public sealed class SweepRecordsTests
{
    [Fact]
    public void A_torn_line_of_the_journal_is_taken_away_wherever_it_was_torn()
    {
        using var sandbox = new Sandbox();
        string path = sandbox.At("journal.jsonl");
        using (var journal = Journal.Open(path, TimeProvider.System))
        {
            journal.Add(JournalEvent.Planned, entry => entry with { Trial = "a" });
            journal.Add(JournalEvent.Finished, entry => entry with { Trial = "a", Code = 0, Status = "completed" });
        }

        byte[] whole = File.ReadAllBytes(path);
        int second = Array.IndexOf(whole, (byte)'\n') + 1;
        for (int length = second; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(["a"], Journal.Read(path).Select(entry => entry.Trial));
            using (var journal = Journal.Open(path, TimeProvider.System))
            {
                journal.Add(JournalEvent.Started, entry => entry with { Trial = "b", Attempt = 1 });
            }

            Assert.Equal(["a", "b"], Journal.Read(path).Select(entry => entry.Trial));
        }
    }

    [Fact]
    public void A_trial_is_complete_by_its_summary_while_its_process_still_ends()
    {
        using var sandbox = new Sandbox();
        var folder = new SweepFolder(sandbox.At("sweep"), "sweep");
        var trial = Trial.Of("program", []);
        Directory.CreateDirectory(folder.TrialFolder(trial.Id));
        SummaryFile.Write(Path.Combine(folder.TrialFolder(trial.Id), "summary.json"), RunSummary.Nothing("completed"));
        JournalEntry[] started = [new JournalEntry { Event = JournalEvent.Started, Time = DateTimeOffset.UnixEpoch, Trial = trial.Id, Attempt = 1 }];

        var record = Assert.Single(TrialRecord.Read(folder, [trial], started, new HashSet<string> { trial.Id }));

        Assert.Equal(TrialState.Completed, record.State);
        Assert.False(record.IsRecorded);

        // The same where a later attempt was started, and the sweep killed before the journal heard of it.
        JournalEntry[] interrupted = [.. started, started[0] with { Event = JournalEvent.Finished, Status = "interrupted" }];
        Assert.False(Assert.Single(TrialRecord.Read(folder, [trial], interrupted, new HashSet<string>())).IsRecorded);
        Assert.True(Assert.Single(TrialRecord.Read(folder, [trial], [.. interrupted, interrupted[1] with { Status = "completed" }], new HashSet<string>())).IsRecorded);
    }

    [Fact]
    public void Names_of_a_summarys_numbers_hold_nothing_of_its_dictionaries()
    {
        Assert.Contains("bytes.wire_total", SummaryMetrics.Names);
        Assert.DoesNotContain(SummaryMetrics.Names, name => name.StartsWith("sent_by_kind", StringComparison.Ordinal) || name.StartsWith("staleness", StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_compares_with_a_baseline_seed_by_seed()
    {
        var (plan, records) = Sweep();

        // Differences 2, 3, 4: mean 3, standard error 1/sqrt(3), t = 5.196 with 2 degrees of freedom, p = 1 - t/sqrt(t² + 2) = 0.0351, half width 4.3027/sqrt(3) = 2.484.
        string[] rows = ReportTables.Markdown(plan, records, "compressor=none").Split('\n');
        Assert.Contains("| compressor | init_lr | test_perplexity | less compressor=none | p, paired t |", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("| none |  | 120.0 ± 24.84 | - | - | 3 of 3 |", rows[2], StringComparison.Ordinal);
        Assert.StartsWith("| sign | 2 | 123.0 ± 27.33 | 3.000 ± 2.484 | 0.035 | 3 of 3 |", rows[3], StringComparison.Ordinal);
        Assert.DoesNotContain("less", ReportTables.Markdown(plan, records), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip=1", "'clip' does not vary", "compressor, init_lr")]
    [InlineData("compressor", "no row", "compressor=none")]
    [InlineData("compressor=topk", "no row", "compressor=sign init_lr=2")]
    [InlineData("compressor=sign", "2 rows", "compressor=sign init_lr=3")]
    public void A_baseline_that_is_no_row_is_refused(string text, params string[] says)
    {
        var (plan, records) = Sweep();
        var error = Assert.Throws<UserErrorException>(() => ReportTables.Markdown(plan, records, text));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.All(says, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private static (SweepPlan Plan, IReadOnlyList<TrialRecord> Records) Sweep()
    {
        var plan = Grids.Plan(Grids.Text("  seed: {values: [1, 2, 3]}\nconfigurations:\n- {compressor: none}\n- {compressor: sign, lr: 2}\n- {compressor: sign, lr: 3}\n")
            .Replace("  init_lr: {value: 1}\n", "", StringComparison.Ordinal));
        return (plan, [.. plan.Trials.Select(Record)]);

        static TrialRecord Record(Trial trial)
        {
            int seed = trial["seed"]![0] - '0';
            double perplexity = 100 + (10 * seed) + (trial["compressor"] == "sign" ? 1 + seed : 0);
            return new TrialRecord(trial, trial["init_lr"] == "3" ? TrialState.Pending : TrialState.Completed, 1, 0, RunSummary.Nothing("completed") with { TestPerplexity = perplexity }, true);
        }
    }

    [Fact]
    public void A_damaged_line_inside_the_journal_is_named()
    {
        using var sandbox = new Sandbox();
        string path = sandbox.At("journal.jsonl");
        File.WriteAllText(path, "{\"event\":\"planned\",\"time\":\"2026-01-01T00:00:00+00:00\"}\n{\"event\":\"pla\n{}\n");
        var error = Assert.Throws<UserErrorException>(() => Journal.Read(path));
        Assert.Equal(ExitCode.Checkpoint, error.Code);
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step,loss\n10,2.5\n20,2.25\n", 20, 2.25)]
    [InlineData("step,loss\n10,2.5\n20,2.2", 10, 2.5)]
    [InlineData("step,loss\n10,2.5\n20", 10, 2.5)]
    [InlineData("step,loss\n10,2.5\n20,2.25,7\n", 10, 2.5)]
    [InlineData("step,loss\n10,NaN\n", 10, double.NaN)]
    public void The_newest_whole_row_of_a_table_counts(string text, double step, double loss)
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("metrics.csv"), text);
        var row = MetricsTail.Read(sandbox.At("metrics.csv"));
        Assert.Equal(step, row["step"]);
        Assert.Equal(loss, row["loss"]);
    }

    [Theory]
    [InlineData("step,loss\n")]
    [InlineData("step,lo")]
    [InlineData("")]
    [InlineData("step,loss\n1")]
    public void A_table_without_a_whole_row_holds_nothing(string text)
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("metrics.csv"), text);
        Assert.Empty(MetricsTail.Read(sandbox.At("metrics.csv")));
    }

    [Fact]
    public void The_newest_row_of_a_long_table_is_found()
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("metrics.csv"), "step,loss\n" + string.Concat(Enumerable.Range(1, 5000).Select(i => $"{i},0.5\n")) + "5001,0.");
        Assert.Equal(5000, MetricsTail.Read(sandbox.At("metrics.csv"))["step"]);
    }

    [Theory]
    [InlineData(1, 4, "0-3", 4, null)]
    [InlineData(2, 4, "0-3", 2, "0,1;2,3")]
    [InlineData(2, 5, "0-2,7,9", 2, "0,1;2,7")]
    [InlineData(3, 2, "0-1", 1, null)]
    [InlineData(2, 2, "0-7", 1, null)]
    public void Cores_are_dealt_out_in_equal_parts(int jobs, int usable, string allowed, int threads, string? cores)
    {
        var shares = CoreShare.Deal(jobs, usable, CoreShare.ParseCores(allowed));
        Assert.Equal(jobs, shares.Count);
        Assert.All(shares, share => Assert.Equal(threads, share.Threads));
        Assert.Equal(cores, shares[0].Cores is null ? null : string.Join(';', shares.Select(share => share.Cores)));
    }

    [Fact]
    public void Metrics_are_the_numbers_of_a_summary() =>
        Assert.Equal(["test_perplexity", "bytes.wire_compression_ratio", "seconds.total"], SummaryMetrics.Names.Intersect(["test_perplexity", "bytes.wire_compression_ratio", "seconds.total", "status", "reason"]));
}
