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
    [InlineData("chunktopk(ratio=0.01)", 0)]
    [InlineData("dcttopk", 1e-5)]
    [InlineData("threshold(tau=2.5758)", 0)]
    [InlineData("adacomp", 1e-5)]
    [InlineData("sign", 1e-5)]
    [InlineData("onebit", 1e-5)]
    [InlineData("levels2", 1e-5)]
    [InlineData("float16", 0)]
    [InlineData("bfloat16", 0)]
    public void A_method_without_chance_decodes_to_what_its_peer_does(string composition, double tolerance)
    {
        var (ours, peers) = Decode(composition);
        Assert.Equal(Elements, ours.Length);
        Pairs.AssertClose(peers, ours, tolerance);
    }

    /// <summary>
    /// Methods that choose by chance, or by a threshold that they estimate: as many entries as their peers send, nearly as many as were
    /// asked for, and as much of the gradient's energy at those entries. Values do not count: random ones are sent n/k times as large where
    /// no memory keeps the others.
    /// </summary>
    [Theory]
    [InlineData("randomk(ratio=0.01)", 1)]
    [InlineData("dgc(ratio=0.01)", 1)]
    [InlineData("gaussiank(ratio=0.01)", 1)]

    // It begins with one stage, and has its peer's two after five steps.
    [InlineData("sidco(ratio=0.01)", 5)]
    public void An_estimated_choice_holds_as_much_of_the_gradient_as_its_peers(string composition, int steps)
    {
        var (ours, peers) = Decode(composition, steps);
        float[] gradient = GaussianGradient.Create(Elements);
        var (count, energy) = Chosen(peers);
        var (ourCount, ourEnergy) = Chosen(ours);
        Assert.InRange(count, 0.6 * 0.01 * Elements, 1.4 * 0.01 * Elements);
        Assert.InRange(ourCount, 0.9 * count, 1.1 * count);
        Assert.InRange(ourEnergy, 0.9 * energy, 1.1 * energy);

        (int Count, double Energy) Chosen(float[] decoded)
        {
            var chosen = Pairs.Of(gradient, decoded).Where(pair => pair.Second != 0).ToList();
            return (chosen.Count, chosen.Sum(pair => (double)pair.First * pair.First));
        }
    }

    /// <summary>Quantizers with chance: what both decode to has the gradient's length along it, and misses it by the same distance.</summary>
    [Theory]
    [InlineData("terngrad")]
    [InlineData("qsgd(levels=64,coding=packed)")]
    [InlineData("qsgd(levels=64)")]
    [InlineData("uniform(bits=4)")]
    [InlineData("natural")]
    public void A_quantizer_with_chance_comes_as_close_to_the_gradient_as_its_peer(string composition)
    {
        var (ours, peers) = Decode(composition);
        float[] gradient = GaussianGradient.Create(Elements);
        double energy = gradient.Sum(value => (double)value * value);
        foreach (float[] decoded in (float[][])[ours, peers])
        {
            Assert.Equal(1, Pairs.Of(decoded, gradient).Sum(pair => (double)pair.First * pair.Second) / energy, 0.02);
        }

        double distance = Pairs.Distance(peers, gradient);
        Assert.Equal(distance, Pairs.Distance(ours, gradient), 0.02 * distance);
    }

    [Fact]
    public void Variance_sends_the_entries_that_its_peer_sends()
    {
        // The value codes differ: the nearest power of two here, the one below there. Ours has had a step before, which decayed the noise
        // by a thousandth: entries that this decides may differ.
        var (ours, peers) = Decode("variance");
        int sent = peers.Count(value => value != 0), differing = Pairs.Of(ours, peers).Count(pair => MathF.Sign(pair.First) != MathF.Sign(pair.Second));
        Assert.InRange(sent, 1, Elements / 5);
        Assert.InRange(differing, 0, sent / 8);
    }

    private static (float[] Ours, float[] Peers) Decode(string composition, int steps = 1)
    {
        TorchLibrary.Load();
        var bucket = new GradientBucket(BucketLayout.Create([("gradient", [Elements])]), GaussianGradient.Create(Elements));
        var method = CompressorMethods.All.Single(method => method.Composition == composition);
        var input = method.On(new CompressorInput(bucket));
        var ours = new CompressorRun(Compositions.Compose(composition), input, ThreadTeam.Single);
        for (int step = 0; step < steps; step++)
        {
            ours.Compress();
        }

        ours.Decompress();

        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var peer = method.Peer(tensor(bucket.All.ToArray()), input);
        return (ours.Sum, peer.Decompress(peer.Compress()).data<float>().ToArray());
    }
}
