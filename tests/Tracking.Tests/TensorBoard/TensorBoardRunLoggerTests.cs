using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.TensorBoard;

namespace Compression.Tracking.Tests.TensorBoard;

public sealed class TensorBoardRunLoggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly RunDirectory _run;

    public TensorBoardRunLoggerTests() => _run = _folder.NewRun();

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<WireMessage> Events(int file = 0) =>
        EventFileReader.Read(Directory.GetFiles(_run.PathOf(RunFiles.TensorBoard)).Order(StringComparer.Ordinal).ElementAt(file));

    private static IEnumerable<(long Step, WireMessage Value)> Values(IEnumerable<WireMessage> events, string tag) =>
        from anEvent in events
        where anEvent.Has(5) && anEvent.Message(5).Message(1).Text(1) == tag
        select (anEvent.Integer(2), anEvent.Message(5).Message(1));

    [Fact]
    public void Every_column_of_a_row_is_a_curve()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            logger.LogMetrics(Samples.Metrics(200));
            logger.LogMetrics(Samples.Metrics(400, double.NaN));
            logger.LogEvaluation(Samples.Evaluation(400));
            logger.LogEvaluation(Samples.Evaluation(400, "test", 4.75));
        }

        (long, float)[] Curve(string tag) => [.. Values(Events(), tag).Select(point => (point.Step, point.Value.Float(2)))];
        Assert.Equal([(200, 6.209f), (400, float.NaN)], Curve("metrics/train_loss"));
        Assert.Equal([(200, 57_280_000f), (400, 114_560_000f)], Curve("metrics/wire_bytes_total"));
        Assert.Equal([(200, 2.5f), (400, 2.5f)], Curve("metrics/update_seconds"));
        Assert.Equal([(400, 4.812f)], Curve("evaluations/valid_loss"));
        Assert.Equal([(400, (float)Math.Exp(4.75))], Curve("evaluations/test_perplexity"));
        string header = File.ReadAllText(WriteCsv()).Split('\n')[0];
        Assert.All(header.Split(',')[1..], column => Assert.Equal(2, Curve($"metrics/{column}").Length));
    }

    private string WriteCsv()
    {
        new Files.CsvRunLogger(_run).Dispose();
        return _run.PathOf(RunFiles.Metrics);
    }

    [Fact]
    public void Curves_over_another_axis_lie_in_a_run_of_their_own_and_a_resumed_run_withdraws_what_comes_again()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            logger.LogMetrics(Samples.Metrics(200));
            logger.LogCurves("tokens", 51_200, [new("learning/loss", 6.5), new("times/step", 12)]);
            logger.LogCurves("tokens", 102_400, [new("learning/loss", 6)]);
        }

        using (var resumed = new TensorBoardRunLogger(_run, _time, resumeStep: 200))
        {
            resumed.LogCurves("tokens", 102_400, [new("learning/loss", 5.5)]);
        }

        IReadOnlyList<WireMessage>[] files =
            [.. Directory.GetFiles(Path.Combine(_run.PathOf(RunFiles.TensorBoard), "tokens")).Order(StringComparer.Ordinal).Select(EventFileReader.Read)];
        Assert.Equal([(51_200, 6.5f), (102_400, 6f)], Values(files[0], "learning/loss").Select(point => (point.Step, point.Value.Float(2))));
        Assert.Equal([(51_200, 12f)], Values(files[0], "times/step").Select(point => (point.Step, point.Value.Float(2))));
        Assert.Equal(102_400, files[1][1].Integer(2));
        Assert.True(files[1][1].Has(7));
        Assert.Equal([(102_400, 5.5f)], Values(files[1], "learning/loss").Select(point => (point.Step, point.Value.Float(2))));
        Assert.Empty(Values(Events(), "learning/loss"));
    }

    [Fact]
    public void A_distribution_in_pieces_is_one_histogram()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            Assert.True(logger.TakesDistributions);
            logger.LogDistribution("held_back", 200, [new float[] { 1, -2 }, new float[] { 4 }]);
            logger.LogDistribution("held_back", 400, [new float[] { 3 }]);
            logger.LogDistribution("nothing", 400, []);
        }

        var histograms = Values(Events(), "held_back").Select(value => (value.Step, value.Value.Message(5))).ToList();
        Assert.Equal([(200L, 3.0, 21.0), (400L, 1.0, 9.0)], histograms.Select(value => (value.Step, value.Item2.Double(3), value.Item2.Double(5))));
        Assert.Empty(Values(Events(), "nothing"));
    }

    [Fact]
    public void Of_a_large_distribution_a_sample_is_counted_that_meets_all_columns()
    {
        // A matrix of a million rows of four columns, each column one value.
        float[] matrix = [.. Enumerable.Range(0, 4_000_000).Select(i => (float)(i % 4))];
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            logger.LogDistribution("gradient", 200, [matrix]);
        }

        var histogram = Assert.Single(Values(Events(), "gradient")).Value.Message(5);
        double count = histogram.Double(3);
        Assert.InRange(count, 1 << 15, 1 << 17);
        Assert.Equal(1.5, histogram.Double(4) / count, 1e-3);
    }

    [Fact]
    public void The_seconds_of_single_steps_are_a_histogram_without_evaluations()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            void Step(long step, double seconds)
            {
                _time.Advance(seconds);
                logger.Progress(Samples.Progress(step));
            }

            Step(1, 100);
            Step(2, 0.5);
            Step(3, 0.75);
            logger.LogMetrics(Samples.Metrics(3));
            _time.Advance(60);
            logger.LogEvaluation(Samples.Evaluation(3));
            Step(4, 1);
            Step(5, 0.25);
            logger.LogMetrics(Samples.Metrics(5));
        }

        var histograms = Values(Events(), "step_seconds").Select(point => (point.Step, Value: point.Value.Message(5))).ToArray();
        Assert.Equal([(3, 0.5, 0.75, 2.0), (5, 0.25, 0.25, 1.0)], histograms.Select(h => (h.Step, h.Value.Double(1), h.Value.Double(2), h.Value.Double(3))));
    }

    [Fact]
    public void Messages_warnings_and_results_are_texts_at_the_step_they_came_at()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            logger.Message("PTB, 10,000 words");
            logger.Progress(Samples.Progress(17));
            logger.Warning("slow link");
            logger.Finish(Samples.Summary() with { TestPerplexity = null });
        }

        (long, string) Text(string tag) => Assert.Single(Values(Events(), tag).Select(point => (point.Step, point.Value.Message(8).Text(8))));
        Assert.Equal((0, "PTB, 10,000 words"), Text("messages"));
        Assert.Equal((17, "slow link"), Text("warnings"));
        var (step, table) = Text("summary");
        Assert.Equal(2656, step);
        Assert.Contains("| compressor | topk(ratio=0.001)+float32 |\n", table, StringComparison.Ordinal);
        Assert.Contains("| valid perplexity | 120.13 |\n| test perplexity | - |\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_can_be_seen_before_the_next_call()
    {
        using var logger = new TensorBoardRunLogger(_run, _time);
        logger.LogMetrics(Samples.Metrics(1));
        Assert.Single(Values(Events(), "metrics/train_loss"));
    }

    [Fact]
    public void A_resumed_run_starts_a_second_file_that_withdraws_what_comes_again()
    {
        using (var logger = new TensorBoardRunLogger(_run, _time))
        {
            logger.LogMetrics(Samples.Metrics(200));
            logger.LogMetrics(Samples.Metrics(400));
        }

        _time.Advance(30);
        using (var logger = new TensorBoardRunLogger(_run, _time, resumeStep: 200))
        {
            logger.LogMetrics(Samples.Metrics(400));
        }

        var session = Assert.Single(Events(1), anEvent => anEvent.Has(7));
        Assert.Equal((201, 1), (session.Integer(2), session.Message(7).Integer(1)));
        Assert.DoesNotContain(Events(0), anEvent => anEvent.Has(7));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_one_line_for_the_user()
    {
        File.WriteAllText(_run.PathOf(RunFiles.TensorBoard), "");
        Assert.Equal(ExitCode.Failure, Assert.Throws<UserErrorException>(() => new TensorBoardRunLogger(_run, _time)).Code);
    }
}
