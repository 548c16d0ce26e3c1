using System.Globalization;
using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>The file of an offline run, read by the format's facts and by the numbers of wandb_internal.proto.</summary>
public sealed class OfflineRunTests : IDisposable
{
    private const int Header = 21, Run = 17, Metric = 12, History = 2, Summary = 3, Stats = 7, Output = 13, Files = 6, Exit = 18;

    private readonly Bench _bench = new();

    public OfflineRunTests() => _bench.Options = _bench.Options with { Mode = WandbMode.Offline };

    public void Dispose() => _bench.Dispose();

    private IReadOnlyList<WireMessage> Of(int kind) => [.. WandbFileReader.Messages(_bench.Log).Where(record => record.Has(kind)).Select(record => record.Message(kind))];

    private static Dictionary<string, string> Items(WireMessage message, int field = 1) =>
        message.Messages(field).ToDictionary(item => item.Text(1), item => item.Text(16));

    private void Train(Action<WandbRunLogger> log)
    {
        using var logger = _bench.Open();
        log(logger);
        logger.Finish(Samples.Summary());
    }

    [Fact]
    public void The_file_lies_where_the_official_tool_looks()
    {
        Train(_ => { });
        Assert.Equal(
            _bench.Folder.At("run/wandb/offline-run-20260304_070607-abcd1234/run-abcd1234.wandb"), _bench.Log);
        Assert.Contains($"wandb sync {Path.GetDirectoryName(_bench.Log)}", _bench.Told.Single(), StringComparison.Ordinal);
        Assert.Empty(_bench.Server.Requests);
    }

    [Fact]
    public void A_run_without_an_id_gets_one_of_eight_letters_and_digits()
    {
        _bench.Options = _bench.Options with { RunId = "" };
        Train(_ => { });
        Assert.Matches("-[0-9a-z]{8}/run-([0-9a-z]{8}).wandb$", _bench.Log);
        Assert.Equal(Path.GetFileNameWithoutExtension(_bench.Log)["run-".Length..], Of(Run)[0].Text(1));
    }

    [Fact]
    public void The_records_are_numbered_and_begin_and_end_as_the_format_asks()
    {
        Train(logger => logger.LogMetrics(Samples.Metrics(1)));
        var records = WandbFileReader.Messages(_bench.Log);
        Assert.Equal(Enumerable.Range(1, records.Count), records.Select(record => (int)record.Integer(1)));
        Assert.Equal([Header, Run, Metric], records.Take(3).Select(record => record.Fields.Last()));
        Assert.Equal([Summary, Files, Exit], records.TakeLast(3).Select(record => record.Fields.Last()));
    }

    [Fact]
    public void The_run_is_described_with_its_configuration()
    {
        Train(_ => { });
        var run = Of(Run).Single();
        Assert.Equal(
            ["abcd1234", "somebody", "gradient-compression", "ratios", "train", "first try", "with \"quotes\"", "sw1", "machine"],
            new[] { 1, 2, 3, 6, 7, 8, 9, 12, 13 }.Select(run.Text));
        Assert.Equal(["ptb", "topk"], run.Texts(10));
        Assert.Equal(1772600767, run.Message(17).Integer(1));
        Assert.Equal(new string('c', 40), run.Message(21).Text(2));
        Assert.Equal(
            new Dictionary<string, string> { ["init_lr"] = "20", ["compressor"] = "\"topk\"", ["resume"] = "null" }, Items(run.Message(4)));
    }

    [Fact]
    public void Charts_draw_every_figure_over_the_training_step()
    {
        Train(logger => logger.LogMetrics(Samples.Metrics(1)));
        var metrics = Of(Metric);
        Assert.Equal("step", metrics[0].Text(1));
        Assert.False(metrics[0].Has(4));
        Assert.All(metrics.Skip(1), metric => Assert.Equal("step", metric.Text(4)));
        Assert.All(Items(Of(History)[0]).Keys.Where(name => name[0] != '_'), name => Assert.Contains(metrics, metric => metric.Text(1) == name));
    }

    [Fact]
    public void Rows_carry_the_columns_of_the_tables_their_number_and_their_times()
    {
        Train(logger =>
        {
            _bench.Time.Advance(2.5);
            logger.LogMetrics(Samples.Metrics(200));
            logger.LogEvaluation(Samples.Evaluation(200));
        });
        var row = Items(Of(History)[0]);
        Assert.Equal(("200", "6.209", "57280000"), (row["step"], row["train_loss"], row["wire_bytes_total"]));
        Assert.Equal(("0", "31.25", "1772600769.5"), (row["_step"], row["_runtime"], row["_timestamp"]));
        Assert.Equal(0, Of(History)[0].Message(2).Integer(1));
        var evaluation = Items(Of(History)[1]);
        Assert.Equal(("1", "4.812"), (evaluation["_step"], evaluation["valid_loss"]));
        Assert.Equal(Math.Exp(4.812), double.Parse(evaluation["valid_perplexity"], CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    [InlineData(1e-300, "1E-300")]
    [InlineData(1.0 / 3, "0.3333333333333333")]
    public void Every_figure_is_JSON(double value, string json)
    {
        Train(logger => logger.LogMetrics(Samples.Metrics(1, value)));
        Assert.Equal(json, Items(Of(History)[0])["train_loss"]);
        JsonDocument.Parse(json);
    }

    [Fact]
    public void The_summary_holds_the_last_figures_and_the_results()
    {
        Train(logger => logger.LogMetrics(Samples.Metrics(1)));
        Assert.Equal("6.209", Items(Of(Summary)[0])["train_loss"]);
        var results = Items(Of(Summary)[1]);
        Assert.Equal(("120.13", "760792608", "\"completed\""), (results["valid_perplexity"], results["bytes.wire_total"], results["status"]));
    }

    [Fact]
    public void The_machine_is_sampled_every_quarter_of_a_minute()
    {
        Train(_ =>
        {
            _bench.Time.Advance(15);
            _bench.Time.Advance(15);
        });
        var samples = Of(Stats);
        Assert.Equal([0, 15, 30], samples.Select(sample => sample.Message(2).Integer(1) - 1772600767));
        Assert.All(samples, sample => Assert.InRange(double.Parse(Items(sample, 3)["proc.memory.rssMB"], CultureInfo.InvariantCulture), 1, 1e6));
    }

    [Fact]
    public void Messages_are_lines_of_output()
    {
        Train(logger =>
        {
            logger.Message("PTB\n10,000 words");
            logger.Warning("slow link");
        });
        Assert.Equal(["PTB\n", "10,000 words\n", "warning: slow link\n"], Of(Output).Select(line => line.Text(3)));
    }

    [Fact]
    public void Results_and_plots_are_kept_beside_the_file()
    {
        Train(_ =>
        {
            Directory.CreateDirectory(_bench.Folder.At("run/plots"));
            File.WriteAllText(_bench.Folder.At("run/plots/ppl.svg"), "<svg/>");
            File.WriteAllText(_bench.Folder.At("run/plots/ppl.py"), "plot");
            File.WriteAllText(_bench.Folder.At("run/summary.json"), "{}");
        });
        var names = Of(Files).Single().Messages(1).Select(file => file.Text(1)).ToArray();
        Assert.Equal(["summary.json", "log.txt", "media/plots/ppl.svg"], names);
        Assert.All(names, name => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(_bench.Log)!, "files", name))));
    }

    [Theory]
    [InlineData("completed", 0)]
    [InlineData("interrupted", 1)]
    [InlineData("failed", 1)]
    public void The_end_says_how_the_run_ended(string status, int code)
    {
        using (var logger = _bench.Open())
        {
            logger.LogMetrics(Samples.Metrics(1));
            logger.Finish(Samples.Summary() with { Status = status });
            logger.Warning("after the end");
        }

        Assert.Equal((code, 31), (Of(Exit).Single().Integer(1), Of(Exit).Single().Integer(2)));
        Assert.Equal(Exit, WandbFileReader.Messages(_bench.Log)[^1].Fields.Last());
    }

    [Fact]
    public void A_run_that_dies_ends_as_failed()
    {
        _bench.Open().Dispose();
        Assert.Equal(1, Of(Exit).Single().Integer(1));
    }

    [Fact]
    public void A_row_is_in_the_file_before_the_next_call()
    {
        using var logger = _bench.Open();
        for (int step = 1; step <= 3; step++)
        {
            logger.LogMetrics(Samples.Metrics(step));
            Assert.Equal(step, Of(History).Count);
        }
    }

    [Fact]
    public void A_resumed_run_goes_on_in_the_file_without_the_rows_that_come_again()
    {
        Train(logger =>
        {
            foreach (int step in new[] { 100, 200, 300 })
            {
                logger.LogMetrics(Samples.Metrics(step));
            }

            logger.LogEvaluation(Samples.Evaluation(300));
        });
        using (var logger = _bench.Open(isResumed: true))
        {
            foreach (int step in new[] { 200, 300, 400 })
            {
                logger.LogMetrics(Samples.Metrics(step));
                logger.LogEvaluation(Samples.Evaluation(step, "test"));
            }

            logger.Finish(Samples.Summary());
        }

        string[] rows = [.. Of(History).Select(row => Items(row)).Select(row => $"{row["_step"]}:{row["step"]}{(row.ContainsKey("test_loss") ? " test" : "")}")];
        Assert.Equal(["0:100", "1:200", "2:300", "3:300", "4:200 test", "5:300 test", "6:400", "7:400 test"], rows);
        Assert.Single(Of(Run));
        Assert.Single(Of(Exit));
        Assert.Equal(Exit, WandbFileReader.Messages(_bench.Log)[^1].Fields.Last());
    }

    [Fact]
    public void A_file_torn_by_a_kill_loses_its_torn_record_and_goes_on()
    {
        Train(logger =>
        {
            logger.LogMetrics(Samples.Metrics(100));
            logger.LogMetrics(Samples.Metrics(200));
        });
        byte[] whole = File.ReadAllBytes(_bench.Log);
        foreach (int length in Enumerable.Range(0, 40).Select(i => whole.Length - 1 - (i * (whole.Length / 40))))
        {
            File.WriteAllBytes(_bench.Log, whole[..length]);
            using (var logger = _bench.Open(isResumed: true))
            {
                logger.LogMetrics(Samples.Metrics(100));
                logger.LogMetrics(Samples.Metrics(200));
                logger.Finish(Samples.Summary());
            }

            Assert.Equal(["100", "200"], Of(History).Select(row => Items(row)["step"]));
            Assert.Single(Of(Run));
            Assert.Single(Of(Header));
        }
    }

    [Fact]
    public void A_file_in_use_by_another_process_is_refused()
    {
        using var logger = _bench.Open();
        var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_folder_can_be_named()
    {
        _bench.Options = _bench.Options with { Folder = _bench.Folder.At("elsewhere") };
        Train(logger => logger.LogMetrics(Samples.Metrics(100)));
        Assert.StartsWith(_bench.Folder.At("elsewhere/wandb/offline-run-"), _bench.Log, StringComparison.Ordinal);
        using (var logger = _bench.Open(isResumed: true))
        {
            logger.LogMetrics(Samples.Metrics(200));
        }

        Assert.Equal(2, Of(History).Count);
    }
}
