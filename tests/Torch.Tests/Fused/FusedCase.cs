using Compression.Core.Kernels;
using Compression.Torch.Kernels;

using static TorchSharp.torch;

namespace Compression.Torch.Tests.Fused;

/// <summary>What the tests of the fused functions share: parameters in two equal copies, comparison, threads.</summary>
internal static class FusedCase
{
    /// <summary>Leaves with a gradient, uniform within ± the bound.</summary>
    internal static Tensor Leaf(double bound, params long[] size) => (((rand(size) * 2) - 1) * bound).requires_grad_();

    /// <summary>The same values as a leaf of its own.</summary>
    internal static Tensor Twin(Tensor leaf) => leaf.detach().clone().requires_grad_(leaf.requires_grad);

    /// <summary>Equal to 1e-5 of the largest magnitude.</summary>
    internal static void AssertClose(Tensor expected, Tensor? actual, string what)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.shape, actual.shape);
        float scale = Math.Max(expected.detach().abs().max().item<float>(), 1e-3f);
        float error = (expected - actual).detach().abs().max().item<float>() / scale;
        Assert.True(error <= 1e-5f, $"{what}: relative error {error}");
    }

    internal static bool BitEqual(Tensor a, Tensor b) =>
        a.detach().contiguous().bytes.SequenceEqual(b.detach().contiguous().bytes);

    /// <summary>Runs the body with that many threads and sets the number back.</summary>
    internal static void WithThreads(int threads, Action body)
    {
        using var team = new ThreadTeam(threads);
        using var used = KernelThreads.Use(team);
        body();
    }
}
