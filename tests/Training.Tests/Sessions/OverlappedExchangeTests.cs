using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Training.Sessions;

namespace Compression.Training.Tests.Sessions;

/// <summary>Gradients that are complete on a device, and on their way to the host, when their exchange begins.</summary>
[Seeded]
public sealed class OverlappedExchangeTests
{
    [Fact]
    public void What_is_exchanged_is_what_has_arrived()
    {
        var layout = BucketLayout.Create([("a", [3]), ("b", [5]), ("c", [2])]);
        var bucket = new GradientBucket(layout, new float[layout.Length]);
        var plan = new CompressionComposer(Methods.All).Compose(new CompressionRequest("topk(ratio=0.4)", "residual", "allgather", MinSlotSize: 0, new Dictionary<string, string>()));
        using var alone = new LocalCommunicator();
        var arrived = new List<int>();
        using var overlap = new OverlappedExchange(
            plan.CreateGrouped(layout, leastBytes: 4, ThreadTeam.Single, rank: 0, workers: 1), bucket, alone,
            slot =>
            {
                Thread.Sleep(20);
                arrived.Add(slot);
                bucket[layout.Slots[slot]].Fill(slot + 1);
            });
        var meter = new StepMeter();
        overlap.Begin(new StepContext(0, 1, 0, 0.1, 0, meter));
        foreach (int slot in (int[])[2, 1, 0])
        {
            overlap.Ready(slot);
        }

        overlap.Finish(meter);
        Assert.Equal([2, 1, 0], arrived);
        Assert.All(layout.Slots, slot => Assert.All(bucket[slot].ToArray(), value => Assert.True(value == 0 || value == slot.Index + 1)));
        Assert.All(layout.Slots, slot => Assert.Contains(slot.Index + 1f, bucket[slot].ToArray()));
        Assert.True(meter.Seconds(StepPhase.Copy) > 0.04, "The time of waiting is the copies' own.");
    }
}
