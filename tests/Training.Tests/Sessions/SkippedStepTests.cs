using Compression.Training.Checkpoints;
using Compression.Training.Ptb;
using Compression.Training.Sessions;
using Compression.Training.Tests.Ptb;
using Compression.Training.Tests.TransformerXl;

namespace Compression.Training.Tests.Sessions;

/// <summary>Steps that all workers leave out are counted, and take no row away.</summary>
[Seeded]
public sealed class SkippedStepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Every_step_that_is_skipped_is_counted_and_every_interval_has_its_row(int interval)
    {
        var run = PtbRuns.Train(Poisoned() with { LogInterval = interval }, PtbRuns.Text);
        Assert.Equal(SkippedOf(run), run.Summary!.SkippedSteps);
        Assert.InRange(run.Summary.SkippedSteps, 3, 29);
        Assert.Equal(30, run.Summary.Steps);
        Assert.Equal(Enumerable.Range(1, 30).Where(step => step % interval == 0 || step == 30), run.Metrics.Select(row => (int)row.Step));
        Assert.Equal(30 * 28, run.Metrics[^1].Tokens);
        if (interval == 1)
        {
            Assert.Equal(run.Summary.SkippedSteps, run.Metrics.Count(row => double.IsNaN(row.TrainLoss)));
        }
    }

    [Fact]
    public void The_count_goes_on_after_a_restart()
    {
        var options = Poisoned() with { CheckpointEvery = 15 };
        var whole = PtbRuns.Train(options, PtbRuns.Text, _folder["whole"]);
        var resumed = PtbRuns.Train(options with { Resume = Path.Combine(_folder["whole"], "checkpoints", "step-000015") }, PtbRuns.Text, _folder["resumed"]);
        Assert.InRange(SkippedOf(resumed), 1, SkippedOf(whole) - 1);
        Assert.Equal(whole.Summary!.SkippedSteps, resumed.Summary!.SkippedSteps);
        Assert.Equal(whole.Summary.FinalParametersSha256, resumed.Summary.FinalParametersSha256);
    }

    [Fact]
    public void Where_every_logged_step_is_skipped_there_are_rows_all_the_same()
    {
        var run = Tiny.Train(Tiny.Options with { Fp16 = true, LossScale = 1e200, MaxStep = 8, LogInterval = 4, CheckpointEachEpoch = true }, _folder["run"]);
        Assert.Equal([4L, 8], run.Metrics.Select(row => row.Step));
        Assert.All(run.Metrics, row => Assert.True(double.IsNaN(row.TrainLoss)));
        Assert.Equal(8, run.Summary!.SkippedSteps);
        Assert.Null(run.Summary.TrainLoss);
    }

    [Fact]
    public void An_epoch_whose_every_step_is_skipped_has_no_loss_and_leaves_a_checkpoint()
    {
        var text = Tiny.Text;
        int perEpoch = (text.Train.Length / Tiny.Options.BatchSize - 1) / Tiny.Options.TgtLen + 1;
        var run = Tiny.Train(Tiny.Options with { Fp16 = true, LossScale = 1e200, MaxStep = 2 * perEpoch, CheckpointEachEpoch = true }, _folder["run"]);
        Assert.Equal(run.Summary!.Steps, run.Summary.SkippedSteps);
        Assert.True(run.Summary.Epochs >= 1);
        Assert.Null(run.Summary.TrainLoss);
        Assert.NotEmpty(Directory.GetDirectories(Path.Combine(_folder["run"], "checkpoints")));
    }

    [Fact]
    public void A_run_without_skipped_steps_counts_none() => Assert.Equal(0, PtbRuns.Train(PtbRuns.Tiny, PtbRuns.Text).Summary!.SkippedSteps);

    public void Dispose() => _folder.Dispose();

    private static int SkippedOf(RecordingLogger run) => run.Warnings.Count(text => text.Contains("all workers skip it", StringComparison.Ordinal));

    // Weights in which the vector of a word that some batches hold is not a number.
    private PtbOptions Poisoned()
    {
        var options = PtbRuns.Tiny with { InitLr = 1, OnNonfinite = NonFiniteAction.Skip };
        string clean = _folder["clean.safetensors"], poisoned = _folder["poisoned.safetensors"];
        PtbRuns.Train(options with { MaxSteps = 1, SaveWeights = clean }, PtbRuns.Text);
        int length = PtbRuns.Text.Train.Length / options.BatchSize;
        int[] read = [.. Enumerable.Range(0, options.BatchSize).SelectMany(column => PtbRuns.Text.Train.Skip(column * length).Take(30 * options.Bptt))];
        int word = read.CountBy(id => id).Where(pair => pair.Value is >= 8 and <= 14).Select(pair => pair.Key).Order().First();
        using (var file = SafetensorsFile.Open(clean))
        {
            SafetensorsWriter.Save(poisoned, [.. file.Tensors], writer =>
            {
                foreach (var entry in file.Tensors)
                {
                    float[] values = new float[entry.Length];
                    file.Read(entry.Name, values);
                    if (entry.Name == "encoder.weight")
                    {
                        values.AsSpan(word * (int)entry.Shape[1], (int)entry.Shape[1]).Fill(float.NaN);
                    }

                    writer.Write(entry.Name, values);
                }
            });
        }

        return options with { InitWeights = poisoned };
    }
}
