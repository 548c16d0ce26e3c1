using Compression.Core.Reporting;
using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class CompositeRunLoggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_call_reaches_every_logger_in_order()
    {
        var calls = new List<string>();
        using (var logger = new CompositeRunLogger(new Recorder("a", calls), new Recorder("b", calls)))
        {
            logger.Progress(Samples.Progress(1));
            logger.LogMetrics(Samples.Metrics(1));
            logger.LogEvaluation(Samples.Evaluation(1));
            logger.LogCurves("tokens", 7, [new("learning/loss", 1)]);
            logger.Message("m");
            logger.Warning("w");
            logger.Finish(Samples.Summary());
        }

        string[] each = ["progress", "metrics", "evaluation", "tokens 7", "m", "w", "finish", "dispose"];
        Assert.Equal(each.SelectMany(call => new[] { $"a {call}", $"b {call}" }), calls);
    }

    [Fact]
    public void A_failed_write_is_one_line_for_the_user_and_the_others_have_had_their_turn()
    {
        var calls = new List<string>();
        using var logger = new CompositeRunLogger(
            new Recorder("a", calls, new IOException("No space left on device : '/x/metrics.csv'.")), new Recorder("b", calls));
        var error = Assert.Throws<UserErrorException>(() => logger.LogMetrics(Samples.Metrics(1)));
        Assert.Equal(ExitCode.Failure, error.Code);
        Assert.StartsWith(
            "cannot write the run's results: No space left on device : '/x/metrics.csv'; ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(["a metrics", "b metrics"], calls);
    }

    [Fact]
    public void Other_failures_pass_as_they_are()
    {
        using var logger = new CompositeRunLogger(new Recorder("a", [], new InvalidOperationException("defect")));
        Assert.Equal("defect", Assert.Throws<InvalidOperationException>(() => logger.LogMetrics(Samples.Metrics(1))).Message);
    }

    [FactWithFullDevice]
    public void A_full_disk_ends_the_run_with_its_name()
    {
        var run = _folder.NewRun();
        using var logger = new CompositeRunLogger(new LogFileRunLogger(LinkedToFullDevice(run), new ManualTime()));
        var error = Assert.Throws<UserErrorException>(() => logger.Message("PTB"));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_factory_makes_all_files_of_a_run()
    {
        var run = _folder.NewRun();
        using var output = new StringWriter();
        var calls = new List<string>();
        var target = new ConsoleTarget { Output = output, Error = output };
        using (var logger = RunLoggers.Create(run, target, new ManualTime(), null, new Recorder("further", calls)))
        {
            logger.LogMetrics(Samples.Metrics(1));
            logger.LogMetrics(Samples.Metrics(2));
            logger.Finish(Samples.Summary());
        }

        Assert.Equal(["further metrics", "further metrics", "further finish", "further dispose"], calls);
        Assert.Equal(
            [RunFiles.Evaluations, RunFiles.Log, RunFiles.Metrics, RunFiles.Summary],
            Directory.GetFiles(run.FullPath).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains(run.FullPath, output.ToString(), StringComparison.Ordinal);

        var resumed = RunDirectory.Open(run.FullPath, "experiment", resuming: true, new ManualTime());
        RunLoggers.Create(resumed, target, new ManualTime(), resumeStep: 1).Dispose();
        Assert.Equal(2, File.ReadAllLines(run.PathOf(RunFiles.Metrics)).Length);
    }

    private static RunDirectory LinkedToFullDevice(RunDirectory run)
    {
        File.Delete(run.PathOf(RunFiles.Log));
        File.CreateSymbolicLink(run.PathOf(RunFiles.Log), "/dev/full");
        return run;
    }

    private sealed class FactWithFullDeviceAttribute : FactAttribute
    {
        public FactWithFullDeviceAttribute() => Skip = File.Exists("/dev/full") ? null : "this system has no /dev/full";
    }

    private sealed class Recorder(string name, List<string> calls, Exception? failure = null) : IRunLogger
    {
        public void Progress(ProgressRecord progress) => calls.Add($"{name} progress");

        public void LogMetrics(MetricsRecord metrics)
        {
            calls.Add($"{name} metrics");
            if (failure is not null)
            {
                throw failure;
            }
        }

        public void LogEvaluation(EvaluationRecord evaluation) => calls.Add($"{name} evaluation");

        public void LogCurves(string axis, long at, IReadOnlyList<KeyValuePair<string, double>> points) => calls.Add($"{name} {axis} {at}");

        public void Message(string text) => calls.Add($"{name} {text}");

        public void Warning(string text) => calls.Add($"{name} {text}");

        public void Finish(RunSummary summary) => calls.Add($"{name} finish");

        public void Dispose() => calls.Add($"{name} dispose");
    }
}
