using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Compressors of single parameters, and warm-up.</summary>
public sealed class DecoratorTests
{
    [Fact]
    public void A_parameter_goes_the_way_of_the_first_pattern_that_it_matches()
    {
        var layout = Core.Gradients.BucketLayout.Create([("decoder.weight", [1000]), ("decoder.bias", [100]), ("rnn.weight", [2000])]);
        var plan = Pipelines.Plan("topk(ratio=0.01)", slots: "*.bias=none; decoder.*=topk(ratio=0.5)");
        float[] gradient = TestData.Gaussian(layout.Length);
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [gradient])[0];
        Assert.Equal(500, sent[..1000].Count(value => value != 0));
        Assert.Equal(gradient[1000..1100], sent[1000..1100]);
        Assert.Equal(20, sent[1100..].Count(value => value != 0));
    }

    [Theory]
    [InlineData("decodr.*=none", "decoder.weight")]
    [InlineData("decoder.*", "pattern=compressor")]
    [InlineData("=none", "pattern=compressor")]
    [InlineData("decoder.*=topkk", "topk")]
    public void A_wrong_pattern_is_told_with_the_cure(string slots, string cure)
    {
        var layout = Core.Gradients.BucketLayout.Create([("decoder.weight", [1000])]);
        var failure = Assert.Throws<UserErrorException>(() => Pipelines.Plan("topk", slots: slots).Create(layout, ThreadTeam.Single));
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains(cure, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ratio_warms_up_along_the_published_schedule()
    {
        const int length = 100_000;
        var layout = Pipelines.Layout(length);
        var plan = Pipelines.Plan("topk(ratio=0.001)", memory: "none", warmupEpochs: 4);
        int[] counts = [.. Enumerable.Range(0, 6).Select(epoch =>
        {
            float[] bucket = TestData.Gaussian(length);
            using var alone = new Core.Communication.LocalCommunicator();
            plan.Create(layout, ThreadTeam.Single).Aggregate(
                new Core.Gradients.GradientBucket(layout, bucket), Pipelines.Step() with { Epoch = epoch + 0.5 }, alone);
            return bucket.Count(value => value != 0);
        })];

        // Lin et al. 2018: 25 %, 6.25 %, 1.5625 %, 0.4 %, then 0.1 %.
        Assert.Equal([25118, 6309, 1584, 398, 100, 100], counts);
    }

    [Fact]
    public void A_method_without_a_ratio_warms_up_dense()
    {
        var layout = Pipelines.Layout(1000);
        var plan = Pipelines.Plan("sign", memory: "none", warmupEpochs: 2);
        float[] gradient = TestData.Gaussian(1000);
        float[] Run(double epoch)
        {
            float[] bucket = [.. gradient];
            using var alone = new Core.Communication.LocalCommunicator();
            plan.Create(layout, ThreadTeam.Single).Aggregate(
                new Core.Gradients.GradientBucket(layout, bucket), Pipelines.Step() with { Epoch = epoch }, alone);
            return bucket;
        }

        Assert.Equal(gradient, Run(1.99));
        Assert.Single(Run(2).Select(Math.Abs).Distinct());
    }

    [Fact]
    public void Everything_at_once_still_adds_up()
    {
        var layout = Core.Gradients.BucketLayout.Create([("decoder.weight", [300, 10]), ("decoder.bias", [10]), ("rnn.weight", [2000]), ("rnn.bias", [50])]);
        var plan = Pipelines.Plan("topk(ratio=0.01,scope=global)+sign", slots: "decoder.weight=adacomp", minSlotSize: 20, warmupEpochs: 1);
        var aggregators = Enumerable.Range(0, 3).Select(_ => plan.Create(layout, ThreadTeam.Single)).ToArray();
        double[] before = new double[layout.Length];
        for (int step = 0; step < 3; step++)
        {
            float[][] gradients = [.. Enumerable.Range(0, 3).Select(rank => TestData.Gaussian(layout.Length, seed: (10 * step) + rank))];
            float[] average = Pipelines.Aggregate(layout, aggregators, gradients, step)[0];
            double[] after = Pipelines.SumOfResiduals(aggregators, layout.Length);
            Assert.All(Enumerable.Range(0, layout.Length), i => Assert.Equal(
                (gradients.Sum(gradient => (double)gradient[i]) + before[i] - after[i]) / 3, average[i], 1e-5));
            before = after;
        }
    }
}
