using Compression.Core.Kernels;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Each method against its definition, written plainly.</summary>
public sealed class MethodTests
{
    [Theory]
    [InlineData(1, 0.001, 1)]
    [InlineData(999, 0.001, 1)]
    [InlineData(1000, 0.0029, 2)]
    [InlineData(100_003, 0.01, 1000)]
    [InlineData(64, 1, 64)]
    public void Top_k_sends_exactly_k_and_the_largest(int length, double ratio, int k)
    {
        var plan = Pipelines.Plan("topk", flags: [("compress_ratio", ratio.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        var layout = Pipelines.Layout(length);
        float[] values = TestData.Gaussian(length);
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [values])[0];
        Assert.Equal(k, sent.Count(value => value != 0));
        float smallest = sent.Where(value => value != 0).Min(Math.Abs);
        Assert.All(Enumerable.Range(0, length), i => Assert.True(sent[i] == values[i] || (sent[i] == 0 && Math.Abs(values[i]) <= smallest)));
    }

    [Fact]
    public void Sign_sends_the_mean_magnitude_with_the_sign_of_each_and_zero_is_positive()
    {
        var plan = Pipelines.Plan("efsignsgd", memory: "none");
        var layout = Pipelines.Layout(5);
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [[1f, -2f, 0f, -0f, 4f]])[0];
        Assert.Equal([1.4f, -1.4f, 1.4f, 1.4f, 1.4f], sent);
    }

    [Fact]
    public void A_hybrid_quantizes_the_chosen_values_alone()
    {
        var plan = Pipelines.Plan("topk(ratio=0.5)+sign", memory: "none");
        var layout = Pipelines.Layout(4);
        float[] sent = Pipelines.Aggregate(layout, [plan.Create(layout, ThreadTeam.Single)], [[0.1f, -2f, 6f, 1f]])[0];
        Assert.Equal([0f, -4f, 4f, 0f], sent);
    }

    [Theory]
    [InlineData("topk(ratio=0.001)", 0.0446)]
    [InlineData("topk(ratio=0.001)+sign", 0.0127)]
    [InlineData("topk(ratio=0.01)", 0.415)]
    [InlineData("sign", 1.001)]
    public void Payloads_have_the_published_size_in_bits_an_element(string compressor, double bits)
    {
        const int length = 4_000_000;
        var plan = Pipelines.Plan(compressor, memory: "none");
        var layout = Pipelines.Layout(length);
        using var communicator = new Core.Communication.LocalCommunicator();
        var meter = new Core.Reporting.StepMeter();
        plan.Create(layout, ThreadTeam.Single).Aggregate(
            new Core.Gradients.GradientBucket(layout, TestData.Gaussian(length)), Pipelines.Step() with { Meter = meter },
            new Core.Communication.MeteredCommunicator(communicator, meter));
        Assert.True(8.0 * meter.WireBytes / length <= bits, $"{8.0 * meter.WireBytes / length} bits an element");
    }
}
