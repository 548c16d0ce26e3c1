using System.Globalization;
using System.Text.Json;
using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Tests.NetworkLab;

/// <summary>Hosts on one machine: that their links are as slow as was asked for, and that nothing of them stays.</summary>
[Collection(Processes.Name)]
public sealed class LabTests
{
    [Theory]
    [InlineData("100mbit", 1e8, "100mbit")]
    [InlineData(" 2.5gbit ", 2.5e9, "2.5gbit")]
    [InlineData("1000MBIT", 1e9, "1gbit")]
    [InlineData("10gbit", 1e10, "10gbit")]
    public void Rates_are_read_and_written(string text, double bits, string written)
    {
        var rate = LinkRate.Read(text, "rate");
        Assert.Equal(bits, rate.BitsPerSecond);
        Assert.Equal(written, rate.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("9mbit")]
    [InlineData("11gbit")]
    [InlineData("-1gbit")]
    [InlineData("nanmbit")]
    [InlineData("100")]
    public void What_is_no_rate_is_refused(string text)
    {
        var refusal = Assert.Throws<UserErrorException>(() => LinkRate.Read(text, "rate"));
        Assert.Equal(ExitCode.Usage, refusal.Code);
        Assert.Contains("100mbit", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_cost_of_an_exchange_is_the_line_through_two_measurements()
    {
        var cost = Cost(("none", 1000, 2), ("none", 6_001_000, 602));
        Assert.Equal(2, cost.Milliseconds("none", 1000), 1e-9);
        Assert.Equal(2 + 300, cost.Milliseconds("none", 3_001_000), 1e-9);
        Assert.Equal(2 + 1200, cost.Milliseconds("none", 12_001_000), 1e-9);

        // What is lost in the noise costs its latency.
        Assert.Equal(3, Cost(("sign", 100, 3), ("sign", 200, 2)).Milliseconds("sign", 1_000_000), 1e-9);
    }

    [Fact]
    public void A_prediction_replaces_the_cost_of_the_exchange_and_nothing_else()
    {
        var fast = Cost(("sign", 0, 1), ("sign", 1_000_000, 2));
        var slow = Cost(("sign", 0, 4), ("sign", 1_000_000, 104));
        var prediction = StepPrediction.Of("100mbit", 1, 1_000_000, new StepFigures("sign", 50, 1_000_000), fast, slow, new StepFigures("sign", 160, 1_000_000));
        Assert.Equal(50 - 2 + 104, prediction.PredictedMs, 1e-9);
        Assert.Equal((152.0 / 160) - 1, prediction.Error, 1e-9);
    }

    [Fact]
    public void An_outer_step_has_one_exchange_as_large_as_that_of_a_single_step()
    {
        var fast = Cost(("topk", 0, 1), ("topk", 1_000_000, 2));
        var slow = Cost(("topk", 0, 4), ("topk", 1_000_000, 104));
        var prediction = StepPrediction.Of("100mbit", 8, 1_000_000, new StepFigures("topk", 300, 1_100_000), fast, slow, new StepFigures("topk", 420, 1_100_000));
        Assert.Equal(300 - 2 + 104, prediction.PredictedMs, 1e-9);
        Assert.Equal((8, 1_000_000.0, 1_100_000.0), (prediction.LocalSteps, prediction.PredictedBytes, prediction.WireBytes));
    }

    [Fact]
    public void Many_workers_who_exchange_rarely_lose_less()
    {
        var (often, rarely) = (Scale("sign", workers: 64), Scale("sign", workers: 64, localSteps: 8));
        Assert.Equal(often.ExchangeMs, rarely.ExchangeMs);
        Assert.Equal(often.WireBytes, rarely.WireBytes);
        Assert.Equal((8 * 41) + 2 + (64 * 3), rarely.LocalMs, 1e-9);
        Assert.Equal(8 * 41 / rarely.StepMs, rarely.Efficiency, 1e-12);
    }

    [Fact]
    public void Among_the_hosts_of_the_lab_the_model_of_many_workers_is_the_line_that_was_measured()
    {
        var point = Scale("sign", workers: 4);
        Assert.Equal(1_000_000, point.WireBytes, 1e-6);
        Assert.Equal(4 + 100, point.ExchangeMs, 1e-6);

        // Four payloads to decompress.
        Assert.Equal(40 + 2 + (4 * 3) + 1, point.LocalMs, 1e-9);
        Assert.Equal(41 / point.StepMs, point.Efficiency, 1e-12);
    }

    [Fact]
    public void Gathered_bytes_grow_with_the_workers_and_reduced_ones_hardly()
    {
        var (gathered, reduced) = (Scale("sign", workers: 1024), Scale("none", workers: 1024));
        Assert.Equal(1_000_000 * 1023.0 / 3, gathered.WireBytes, 1e-3);
        Assert.Equal((4 * 1023.0 / 3) + (1e-4 * gathered.WireBytes), gathered.ExchangeMs, 1e-6);
        Assert.Equal(1_000_000 * (1023 / 1024.0) / (3 / 4.0), reduced.WireBytes, 1e-3);
        Assert.Equal((4 * 10 / 2.0) + (1e-4 * reduced.WireBytes), reduced.ExchangeMs, 1e-6);
    }

    [Fact]
    public void What_a_small_payload_takes_beyond_its_bytes_does_not_grow_with_them()
    {
        ExchangeComposition small = new("auto", "topk(ratio=0.001)"), large = new("auto", "sign");
        StepFigures[] alone = [new StepFigures(small.ToString(), 46, 0), new StepFigures(large.ToString(), 46, 0)];
        var model = new ScaleModel(4, new StepReport(1, 1_000_000, alone), new StepReport(4, 1_000_000, [alone[0] with { WireBytes = 1000 }, alone[1] with { WireBytes = 1_000_000 }]));
        var cost = Cost((small.ToString(), 0, 4), (large.ToString(), 0, 4), (small.ToString(), 1000, 10), (large.ToString(), 1_000_000, 104));
        var point = model.At(LinkRate.Read("100mbit", "rate"), cost, small, 1, 8);
        Assert.Equal((4 * 7 / 3.0) + (10 - 4 - 0.1) + (1e-4 * 1000 * 7 / 3.0), point.ExchangeMs, 1e-6);
    }

    [Fact]
    public void A_method_without_a_formula_is_refused()
    {
        var refusal = Assert.Throws<UserErrorException>(() => ScaleModel.Check([new ExchangeComposition("auto", "sidco")]));
        Assert.Contains("'sidco'", refusal.Message, StringComparison.Ordinal);
    }

    private static ScalePoint Scale(string method, int workers, int localSteps = 1)
    {
        var alone = new StepFigures(method, 46, 0) { ForwardBackwardMs = 40, CompressMs = 2, DecompressMs = 3, UpdateMs = 1 };
        var model = new ScaleModel(4, new StepReport(1, 1_000_000, [alone]), new StepReport(4, 1_000_000, [new StepFigures(method, 60, 1_000_000)]));
        return model.At(LinkRate.Read("100mbit", "rate"), Cost((method, 0, 4), (method, 1_000_000, 104)), new ExchangeComposition("auto", method), localSteps, workers);
    }

    [NeedsLabFact]
    public void Bytes_take_the_time_that_the_rate_says()
    {
        using var sandbox = new Sandbox();
        var process = Apphost.Start(sandbox, "lab --hosts 2 --rate 20mbit -- bench exchanges --repeats 3 --rows 500 --json");
        int owner = process.Id;
        var outcome = Apphost.ToEnd(process);
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var report = JsonDocument.Parse(outcome.Output);
        var dense = report.RootElement.GetProperty("exchanges").EnumerateArray().First();
        double least = 1000 * 8 * dense.GetProperty("sent_bytes").GetDouble() / 20e6;
        Assert.True(dense.GetProperty("communicate_ms").GetDouble() > 0.95 * least, outcome.Output);
        NothingStaysOf(owner);
    }

    [NeedsLabFact]
    public void Any_program_runs_on_each_host_and_knows_the_others()
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("hosts.sh"), "set -- $(ip -o -4 address show dev eth0)\necho \"$RANK/$WORLD_SIZE at $4 of $MASTER_ADDR:$MASTER_PORT\"\n");
        var outcome = Apphost.Run(sandbox, "lab exec --hosts 3 --rate 1gbit -- sh hosts.sh");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(
            [.. Enumerable.Range(0, 3).Select(rank => $"{rank}/3 at 10.77.0.{rank + 1}/24 of 10.77.0.1:29500")],
            outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [NeedsLabFact]
    public void Where_one_program_fails_the_others_end_with_the_lab()
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("fail.sh"), "echo $$ > pid-$RANK\nwhile [ ! -s pid-0 ] || [ ! -s pid-1 ]; do sleep 0.05; done\n[ $RANK = 1 ] && exit 7\nsleep 1000\n");
        var process = Apphost.Start(sandbox, "lab exec --hosts 2 -- sh fail.sh");
        int owner = process.Id;
        Assert.Equal(7, Apphost.ToEnd(process).Code);
        int other = int.Parse(File.ReadAllText(sandbox.At("pid-0")), CultureInfo.InvariantCulture);
        Patience.Until(() => !Directory.Exists($"/proc/{other}"), "A program outlives its lab.");
        NothingStaysOf(owner);
    }

    [NeedsLabFact]
    public void What_ran_in_a_killed_lab_ends_and_the_rest_is_removed()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var process = Apphost.Start(
            sandbox, $"lab --hosts 2 --rate 10mbit -- --data corpus --epochs 100000 --init_lr 1 {Sandbox.TinyModel} --out run");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Patience.Until(process, () => File.Exists(sandbox.At("run", "metrics.csv")), "The run does not start.");
        int rank = Apphost.ProcessOfRank(1, sandbox.At("run"));
        Apphost.Signal(process.Id, "KILL");
        Assert.True(process.WaitForExit(Patience.Limit));
        Patience.Until(() => !Directory.Exists($"/proc/{rank}"), "A rank outlives its lab.");

        Assert.Equal(0, Apphost.Run(sandbox, "lab clean").Code);
        NothingStaysOf(process.Id);
    }

    [NeedsLabFact]
    public void A_lab_that_is_in_use_is_ended_by_its_name_alone()
    {
        using var sandbox = new Sandbox();
        File.WriteAllText(sandbox.At("stay.sh"), "echo $$ > pid\nexec sleep 1000\n");
        using var process = Apphost.Start(sandbox, "lab exec --hosts 1 -- sh stay.sh");
        Patience.Until(process, () => File.Exists(sandbox.At("pid")) && File.ReadAllText(sandbox.At("pid")).EndsWith('\n'), "The program does not start.");
        string program = $"/proc/{File.ReadAllText(sandbox.At("pid")).Trim()}";

        var cleaned = Apphost.Run(sandbox, "lab clean");
        Assert.Equal(0, cleaned.Code);
        Assert.Contains($"lab clean --owner {process.Id} ends it", cleaned.Output, StringComparison.Ordinal);
        Assert.True(Directory.Exists(program));
        Assert.Contains(process.Id, LabNetwork.Owners());

        Assert.Equal(0, Apphost.Run(sandbox, $"lab clean --owner {process.Id}").Code);
        Assert.True(process.WaitForExit(Patience.Limit));
        Assert.False(Directory.Exists(program));
        NothingStaysOf(process.Id);

        var refused = Apphost.Run(sandbox, $"lab clean --owner {process.Id}");
        Assert.Equal((int)ExitCode.Usage, refused.Code);
        Assert.Contains($"--owner {process.Id}: that process has no lab", refused.Errors, StringComparison.Ordinal);
    }

    private static void NothingStaysOf(int owner)
    {
        Assert.DoesNotContain(owner, LabNetwork.Owners());
        Assert.DoesNotContain($"gc{owner}-", NetworkCommand.Run("ip -o link show"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), LabNetwork.FolderPrefix(owner) + "*"));
    }

    // The first half of the points is tiny, the second large, in the same order.
    private static LinkCost Cost(params (string Compressor, double Bytes, double Milliseconds)[] points)
    {
        ExchangeReport[] reports = [.. points.Chunk(points.Length / 2).Select(half => new ExchangeReport(
            4, 20, [.. half.Select(point => new ExchangeFigures("auto", point.Compressor, point.Bytes, point.Bytes, null) { CommunicateMs = point.Milliseconds })]))];
        return new LinkCost(reports[0], reports[1]);
    }
}
