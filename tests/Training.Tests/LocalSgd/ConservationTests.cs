using Compression.Training.Checkpoints;
using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests.LocalSgd;

/// <summary>Nothing that workers moved between two exchanges is lost: what is not in the mean is kept for the next.</summary>
[Seeded]
public sealed class ConservationTests
{
    [Theory]
    [InlineData("chunktopk(ratio=0.05,chunk=64)", "residual", 1)]
    [InlineData("chunktopk(ratio=0.05,chunk=64)+levels2", "residual(beta=0.95)", 0.95)]
    [InlineData("dcttopk(k=3)", "demo(decay=0.9)", 0.9)]
    public void Differences_and_what_was_kept_less_what_is_kept_are_the_mean_times_the_workers(string compressor, string memory, double decay)
    {
        const int Workers = 3, Local = 3, Meetings = 2;
        var options = PtbRuns.Tiny with
        {
            InitLr = 1, Clip = 0.5, VirtualWorkers = Workers, Compressor = compressor, Memory = memory, Exchange = "allgather",
            LocalSteps = Local, OuterOptimizer = "sgd", OuterLr = 1, OuterMomentum = 0, MaxSteps = Local * Meetings, CheckpointEvery = Local,
        };
        using var folder = new TemporaryFolder();
        PtbRuns.Train(options, PtbRuns.Text, folder.Path);

        WorkerAlone[] workers = [.. Enumerable.Range(0, Workers).Select(worker => new WorkerAlone(options, worker, Workers))];
        float[] shared = workers[0].Weights;
        double[] kept = new double[shared.Length];
        for (int meeting = 0; meeting < Meetings; meeting++)
        {
            double[] moved = [.. kept.Select(value => decay * value)];
            foreach (var worker in workers)
            {
                for (int step = meeting * Local; step < (meeting + 1) * Local; step++)
                {
                    worker.Step(step);
                }

                float[] end = worker.Weights;
                moved = [.. moved.Select((value, i) => value + shared[i] - end[i])];
                worker.Read(folder.Path, (meeting + 1) * Local);
            }

            float[] next = workers[0].Weights;
            double[] keeps = SumOfResiduals(workers[0], Workers, folder.Path, (meeting + 1) * Local);
            for (int i = 0; i < shared.Length; i++)
            {
                Assert.Equal(Workers * ((double)shared[i] - next[i]), moved[i] - keeps[i], 5e-6);
            }

            // Most is kept, and something arrives.
            Assert.True(keeps.Count(value => value != 0) > shared.Length / 2);
            Assert.True(next.Where((value, i) => value != shared[i]).Count() > shared.Length / 50);
            (shared, kept) = (next, keeps);
        }

        Assert.All(workers, worker => worker.Dispose());
    }

    private static double[] SumOfResiduals(WorkerAlone model, int workers, string folder, int step)
    {
        using var state = SafetensorsFile.Open(Path.Combine(folder, "checkpoints", CheckpointNames.Step(step), CheckpointNames.Rank(0)));
        double[] sum = new double[model.Layout.Length];
        for (int worker = 0; worker < workers; worker++)
        {
            foreach (var slot in model.Layout.Slots)
            {
                float[] residual = new float[slot.Length];
                state.Read(FormattableString.Invariant($"worker-{worker}/residual/{slot.Name}"), residual.AsSpan());
                for (int i = 0; i < residual.Length; i++)
                {
                    sum[slot.Offset + i] += residual[i];
                }
            }
        }

        return sum;
    }
}
