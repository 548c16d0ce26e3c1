using Compression.Core.Communication;
using Compression.Training.Tests.Ptb;

namespace Compression.Training.Tests.Sessions;

/// <summary>The summary's train_loss within an epoch is the mean over all workers, ranks or virtual.</summary>
[Seeded]
public sealed class TrainLossTests
{
    [Fact]
    public void Ranks_and_virtual_workers_tell_the_same_loss()
    {
        var options = PtbRuns.Tiny with { MaxSteps = 9 };
        using var cluster = new InProcessCluster(3);
        var ranks = new RecordingLogger[3];
        cluster.Run(communicator => ranks[communicator.Rank] = PtbRuns.Train(options, PtbRuns.Text, communicator: communicator));
        var together = PtbRuns.Train(options with { VirtualWorkers = 3 }, PtbRuns.Text);
        double expected = together.Metrics.Average(row => row.TrainLoss);
        Assert.Equal(expected, together.Summary!.TrainLoss!.Value, 1e-9);
        Assert.All(ranks, rank => Assert.Equal(expected, rank.Summary!.TrainLoss!.Value, 1e-5));
    }
}
