using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Torch.Loading;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Tests;

/// <summary>The operators that our methods are compared with do the same work: what both decode agrees.</summary>
[Seeded]
public sealed class PeerOperatorTests
{
    // A whole number of buckets and of bins, so that no convention about the last one matters.
    private const int Elements = 64_000;

    /// <summary>Methods without chance, and the largest difference: rounding of a mean, or of a threshold that one entry lies at.</summary>
    [Theory]
    [InlineData("topk(ratio=0.001)", 0)]
    [InlineData("topk(ratio=0.01)", 0)]
    [InlineData("topk(ratio=0.001)+sign", 1e-5)]
    [InlineData("threshold(tau=2.5758)", 0)]
    [InlineData("adacomp", 1e-5)]
    [InlineData("sign", 1e-5)]
    [InlineData("onebit", 1e-5)]
    [InlineData("float16", 0)]
    [InlineData("bfloat16", 0)]
    public void A_method_without_chance_decodes_to_what_its_peer_does(string composition, double tolerance)
    {
        var (ours, peers) = Decode(composition);
        Assert.Equal(Elements, ours.Length);
        Assert.All(ours.Zip(peers), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
    }

    /// <summary>
    /// Methods with chance, and those that estimate a threshold: both decode to values that lie equally close to the gradient, within a
    /// tenth of its norm.
    /// </summary>
    [Theory]
    [InlineData("randomk(ratio=0.01)")]
    [InlineData("dgc(ratio=0.01)")]
    [InlineData("gaussiank(ratio=0.01)")]
    [InlineData("sidco(ratio=0.01)")]
    [InlineData("terngrad")]
    [InlineData("qsgd(levels=64,coding=packed)")]
    [InlineData("qsgd(levels=64)")]
    [InlineData("uniform(bits=4)")]
    [InlineData("natural")]
    public void A_method_with_chance_comes_as_close_to_the_gradient_as_its_peer(string composition)
    {
        var (ours, peers) = Decode(composition);
        float[] gradient = GaussianGradient.Create(Elements);

        // Random entries are sent n/k times as large where no memory keeps the others, theirs as they are: places alone compare.
        double[] distances = composition.StartsWith("randomk", StringComparison.Ordinal)
            ? [.. new[] { ours, peers }.Select(decoded => Math.Sqrt(decoded.Count(value => value == 0) / (double)Elements))]
            : [.. new[] { ours, peers }.Select(decoded => Math.Sqrt(decoded.Zip(gradient).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / Elements))];
        Assert.All(distances, distance => Assert.InRange(distance, 0, composition == "terngrad" ? 2 : 1));
        Assert.InRange(Math.Abs(distances[0] - distances[1]), 0, 0.1);
    }

    [Fact]
    public void Variance_sends_the_entries_that_its_peer_sends()
    {
        // The value codes differ: the nearest power of two here, the one below there. Ours has had a step before, which decayed the noise
        // by a thousandth: entries that this decides may differ.
        var (ours, peers) = Decode("variance");
        int sent = peers.Count(value => value != 0), differing = ours.Zip(peers).Count(pair => MathF.Sign(pair.First) != MathF.Sign(pair.Second));
        Assert.InRange(sent, 1, Elements / 5);
        Assert.InRange(differing, 0, sent / 8);
    }

    private static (float[] Ours, float[] Peers) Decode(string composition)
    {
        TorchLibrary.Load();
        var bucket = new GradientBucket(BucketLayout.Create([("gradient", [Elements])]), GaussianGradient.Create(Elements));
        var input = new CompressorInput(bucket);
        var method = CompressorMethods.All.Single(method => method.Composition == composition);
        var ours = new CompressorRun(Compositions.Compose(composition), input, KernelTeam.Single);
        ours.Compress();
        ours.Decompress();

        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var peer = method.Peer(tensor(bucket.All.ToArray()), input);
        return (ours.Sum, peer.Decompress(peer.Compress()).data<float>().ToArray());
    }
}
