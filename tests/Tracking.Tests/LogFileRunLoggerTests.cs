using Compression.Tracking.Display;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class LogFileRunLoggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_carry_the_local_time_and_a_resumed_run_adds_to_them()
    {
        var run = _folder.NewRun();
        var time = new ManualTime();
        using (var logger = new LogFileRunLogger(run, time))
        {
            logger.Message("PTB, 10,000 words");
            time.Advance(1.5);
            logger.Warning("slow link");
        }

        using (var logger = new LogFileRunLogger(run, time))
        {
            logger.LogEvaluation(Samples.Evaluation(2656));
            logger.Finish(Samples.Summary());
        }

        Assert.Equal(
            [
                "2026-03-04T07:06:07.000+02:00 PTB, 10,000 words",
                "2026-03-04T07:06:08.500+02:00 warning: slow link",
                "2026-03-04T07:06:08.500+02:00 epoch 1.000 | step 2656 | valid loss 4.812 | valid ppl 123.0 | after 3m12s",
                "2026-03-04T07:06:08.500+02:00 completed | 2656 steps in 12m32s | valid ppl 120.1 | test ppl 118.2 | ratio 612x",
            ],
            File.ReadAllLines(run.PathOf(RunFiles.Log)));
    }
}
