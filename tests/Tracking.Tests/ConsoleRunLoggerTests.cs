using System.Text;
using System.Text.RegularExpressions;
using Compression.Core.Reporting;
using Compression.Tracking.Display;

namespace Compression.Tracking.Tests;

public sealed partial class ConsoleRunLoggerTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private ConsoleRunLogger Logger(int? width = null, bool quiet = false, bool colors = false) => new(
        new ConsoleTarget
        {
            Output = _output,
            Error = _error,
            TerminalWidth = width is { } columns ? () => columns : null,
            Quiet = quiet,
            Colors = colors,
        },
        "/results/run-1",
        _time);

    private string[] Lines => _output.ToString().Split('\n');

    [Fact]
    public void Metrics_are_plain_lines_where_there_is_no_terminal()
    {
        using var logger = Logger();
        for (var step = 1; step <= 200; step++)
        {
            logger.Progress(Samples.Progress(step));
            _time.Advance(0.1);
        }

        logger.LogMetrics(Samples.Metrics(200));
        Assert.Equal(
            [
                "epoch 1 | step 200/2656 | loss 6.209 | ppl 497.2 | 12,345 words/s | ratio 612x",
                "    fb 62% compress 3% comm 9% decompress 1% update 25% | eta 4m06s",
                "",
            ],
            Lines);
    }

    [Fact]
    public void Metrics_alone_make_a_line_too()
    {
        using var logger = Logger();
        logger.LogMetrics(Samples.Metrics(200) with { Seconds = new PhaseSeconds(0, 0, 0, 0, 0, 0, 0) });
        Assert.Equal(["epoch 0.500 | step 200 | loss 6.209 | ppl 497.2 | 12,345 words/s", ""], Lines);
    }

    [Fact]
    public void A_single_worker_that_sends_nothing_has_no_ratio()
    {
        using var logger = Logger();
        logger.Progress(Samples.Progress(200) with { WireCompressionRatio = double.NaN });
        logger.LogMetrics(Samples.Metrics(200));
        Assert.DoesNotContain("ratio", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluations_and_messages_are_lines_and_warnings_go_to_the_error_stream()
    {
        using var logger = Logger();
        logger.Message("PTB");
        logger.LogEvaluation(Samples.Evaluation(2656));
        logger.Warning("slow link");
        Assert.Equal(["PTB", "epoch 1.000 | step 2656 | valid loss 4.812 | valid ppl 123.0 | after 3m12s", ""], Lines);
        Assert.Equal("warning: slow link\n", _error.ToString());
    }

    [Fact]
    public void The_table_at_the_end()
    {
        using var logger = Logger();
        logger.Finish(Samples.Summary());
        Assert.Equal(
            """

            completed
              trained      2656 steps, 4 epochs, 3,718,400 tokens, 12m32s
              model        ptb-lstm, 21,921,600 parameters, 2 workers
              compressor   topk(ratio=0.001)+float32
              memory       residual, exchange all-gather
              perplexity   train 134.3, valid 120.1, test 118.2
              speed        4951 words/s, peak memory 1.2 GB

              sent a step      a worker  ratio        time               12m32s
              dense float32     87.7 MB  1.00x        forward, backward   8m20s  67%
              dense float16     43.8 MB  2.00x        compress            20.5s   3%
              wire             143.2 kB   612x        communicate         1m00s   8%
              nominal *        175.4 kB   500x        decompress          8.50s   1%
              entropy floor *  120.1 kB   730x        update              1m41s  13%
                                                      evaluate            40.0s   5%
                                                      checkpoint          10.5s   1%
                                                      other               10.9s   1%
              * payload, against 4 bytes a parameter

              results      /results/run-1

            """,
            _output.ToString());
    }

    [Fact]
    public void Bytes_that_nobody_took_are_in_the_conditional_and_a_floor_above_the_wire_is_explained()
    {
        var sample = Samples.Summary();
        using var logger = Logger();
        logger.Finish(sample with { Bytes = sample.Bytes with { Projected = true, EntropyFloorPerStep = 143_221.75 } });
        Assert.Contains(Lines, line => line.StartsWith("  would send a step  a worker  ratio", StringComparison.Ordinal));
        int note = Lines.ToList().IndexOf("  * payload, against 4 bytes a parameter");
        Assert.StartsWith("    the floor lies above the wire: ", Lines[note + 1], StringComparison.Ordinal);
        Assert.All(Lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void A_run_that_failed_says_why_and_shows_what_it_has()
    {
        var sample = Samples.Summary();
        using var logger = Logger();
        logger.Finish(sample with
        {
            Status = "failed",
            Reason = "loss is not finite\nat step 7",
            TrainLoss = null,
            ValidPerplexity = null,
            TestPerplexity = null,
            NumWorkers = 1,
            Bytes = new ByteSummary(0, 0, 0, 0, 0, 0, double.NaN),
            Seconds = new SecondsSummary(0, 0, 0, 0, 0, 0, 0, 0),
        });
        Assert.Equal("failed: loss is not finite at step 7", Lines[1]);
        Assert.Contains("  perplexity   not evaluated", Lines);
        Assert.Contains(Lines, line => Regex.IsMatch(line, "^  wire +0 B +-"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(200)]
    public void Everything_fits_80_columns_even_with_large_figures(int? width)
    {
        var sample = Samples.Summary();
        using var logger = Logger(width);
        logger.Progress(new ProgressRecord(39, 40, 1_062_400, 1_062_400, 12345.6, 1_234_567, 12_345));
        if (width is null)
        {
            logger.LogMetrics(Samples.Metrics(1_062_400) with { Seconds = new PhaseSeconds(1, 1, 1, 1, 1, 1, 1) });
            logger.LogEvaluation(Samples.Evaluation(1_062_400));
        }

        logger.Dispose();
        logger.Finish(sample with
        {
            Steps = 1_062_400,
            Tokens = 1_487_360_000_000,
            Parameters = 51_034_000_000,
            Seconds = new SecondsSummary(864_000, 500_000, 99_999, 60_000, 8000, 100_000, 40_000, 10_000),
        });
        Assert.All(Visible().Split('\n', '\r'), line => Assert.InRange(line.Length, 0, width - 1 ?? 80));
        Assert.All(Visible().Split("completed")[1].Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Quiet_prints_warnings_and_the_last_line()
    {
        using var logger = Logger(width: 80, quiet: true);
        logger.Progress(Samples.Progress(1));
        logger.LogMetrics(Samples.Metrics(1));
        logger.LogEvaluation(Samples.Evaluation(1));
        logger.Message("PTB");
        logger.Warning("slow link");
        Assert.Equal("", _output.ToString());
        logger.Finish(Samples.Summary());
        Assert.Equal(
            "completed | 2656 steps in 12m32s | valid ppl 120.1 | test ppl 118.2 | ratio 612x | results in /results/run-1\n", _output.ToString());
        Assert.Equal("warning: slow link\n", _error.ToString());
    }

    [Fact]
    public void A_terminal_gets_a_live_line()
    {
        using var logger = Logger(width: 80);
        logger.Progress(Samples.Progress(663));
        _time.Advance(10);
        logger.Progress(Samples.Progress(664));
        logger.LogMetrics(Samples.Metrics(664));
        var drawn = _output.ToString().Split('\r')[^1];
        Assert.Equal("epoch 1/4 ━━━────────── 664/2656 loss 6.209 ppl 497.2 12,345 w/s 612x ETA 5h32m", Visible(drawn));
        Assert.EndsWith("\u001b[K", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bar_is_ASCII_where_the_console_is()
    {
        using var ascii = new AsciiWriter();
        using (var logger = new ConsoleRunLogger(new() { Output = ascii, Error = _error, TerminalWidth = () => 80 }, "", _time))
        {
            logger.Progress(Samples.Progress(1328));
        }

        Assert.Contains(" ###########----------- 1328/2656 ", Visible(ascii.ToString()), StringComparison.Ordinal);
        Assert.All(ascii.ToString(), c => Assert.InRange(c, '\0', '\x7f'));
    }

    [Fact]
    public void The_live_line_is_drawn_at_most_five_times_a_second()
    {
        using var logger = Logger(width: 80);
        for (var step = 1; step <= 1000; step++)
        {
            logger.Progress(Samples.Progress(step));
            _time.Advance(0.01);
        }

        Assert.InRange(_output.ToString().Count(c => c == '\r'), 45, 50);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(132)]
    [InlineData(300)]
    public void The_live_line_never_reaches_the_last_column(int width)
    {
        using var logger = Logger(width, colors: true);
        logger.Progress(new ProgressRecord(39, 40, 1_061_400, 1_062_400, 12345.6, 1_234_567, 12_345));
        Assert.DoesNotContain('\n', _output.ToString());
        Assert.InRange(Visible().Trim('\r').Length, width < 100 ? width / 2 : 100, width - 1);
    }

    [Fact]
    public void Lines_take_the_place_of_the_live_line_which_then_comes_back()
    {
        using var logger = Logger(width: 80);
        logger.Progress(Samples.Progress(1));
        logger.Message("PTB");
        Assert.EndsWith("\r\u001b[KPTB\n", _output.ToString(), StringComparison.Ordinal);
        logger.Progress(Samples.Progress(2));
        Assert.Contains(" 2/2656 ", _output.ToString(), StringComparison.Ordinal);
        logger.Warning("slow link");
        Assert.EndsWith("\r\u001b[K", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_given_only_where_wanted()
    {
        using (var logger = Logger(width: 120, colors: true))
        {
            logger.Progress(Samples.Progress(1000));
        }

        Assert.Contains("\u001b[32m", _output.ToString(), StringComparison.Ordinal);
        _output.GetStringBuilder().Clear();
        using (var logger = Logger(width: 120))
        {
            logger.Progress(Samples.Progress(1000));
        }

        Assert.DoesNotContain("m", Visible().Replace("\u001b[K", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("120", "xterm", false, 120)]
    [InlineData("120", "dumb", false, null)]
    [InlineData("nonsense", "xterm", false, null)]
    [InlineData("5", "xterm", false, null)]
    [InlineData(null, "xterm", false, null)]
    [InlineData(null, "dumb", true, null)]
    public void The_launcher_tells_ranks_of_its_terminal(string? told, string term, bool terminal, int? expected)
    {
        var variables = new Dictionary<string, string?> { [ConsoleTarget.TerminalVariable] = told, ["TERM"] = term };
        Assert.Equal(expected, ConsoleTarget.WidthOf(variables.GetValueOrDefault, terminal)?.Invoke());
    }

    private string Visible() => Visible(_output.ToString());

    private static string Visible(string text) => Escapes().Replace(text, "");

    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escapes();

    private sealed class AsciiWriter : StringWriter
    {
        public override Encoding Encoding => Encoding.ASCII;
    }
}
