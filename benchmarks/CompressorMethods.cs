using Compression.Benchmarks.Peers;

using static TorchSharp.torch;

namespace Compression.Benchmarks;

/// <summary>A method under measurement.</summary>
/// <param name="Composition">Ours.</param>
/// <param name="Peer">The same written with libtorch's operators: the gradient, and what else a method looks at.</param>
internal sealed record CompressorMethod(string Composition, Func<Tensor, CompressorInput, PeerOperator> Peer)
{
    /// <summary>A vector is measured as a matrix, since of vectors the method does something else.</summary>
    public bool NeedsMatrix { get; init; }

    /// <summary>What it is measured on.</summary>
    public CompressorInput On(CompressorInput input) => NeedsMatrix ? input.AsMatrix() : input;
}

/// <summary>What is measured.</summary>
internal static class CompressorMethods
{
    // A normal value lies this many standard deviations or more from 0, on either side, with a probability of 1 %.
    private const double OnePercent = 2.5758;

    /// <summary>All of it.</summary>
    public static IReadOnlyList<CompressorMethod> All { get; } =
    [
        new("topk(ratio=0.001)", (gradient, _) => SparsifierOperators.TopK(gradient, 0.001)),
        new("topk(ratio=0.01)", (gradient, _) => SparsifierOperators.TopK(gradient, 0.01)),
        new("topk(ratio=0.001)+sign", (gradient, _) => SparsifierOperators.TopKSign(gradient, 0.001)),
        new("chunktopk(ratio=0.01)", (gradient, _) => SparsifierOperators.ChunkTopK(gradient, 4096, 0.01)),
        new("dcttopk", (gradient, input) => SparsifierOperators.DctTopK(gradient, input.Bucket.Layout, 64, 32)) { NeedsMatrix = true },
        new("randomk(ratio=0.01)", (gradient, _) => SparsifierOperators.RandomK(gradient, 0.01)),
        new("threshold(tau=2.5758)", (gradient, _) => SparsifierOperators.Threshold(gradient, OnePercent)),
        new("dgc(ratio=0.01)", (gradient, _) => SparsifierOperators.Dgc(gradient, 0.01)),
        new("gaussiank(ratio=0.01)", (gradient, _) => SparsifierOperators.GaussianK(gradient, 0.01, OnePercent)),
        new("sidco(ratio=0.01)", (gradient, _) => SparsifierOperators.Sidco(gradient, 0.01)),
        new("adacomp", (gradient, input) => SparsifierOperators.AdaComp(gradient, tensor(input.Step), 500)),
        new("variance", (_, input) => SparsifierOperators.Variance(
            tensor(input.Step), tensor(input.Squares), tensor(input.PassedSum), tensor(input.PassedSquares), alpha: 1, zeta: 0.999)),
        new("sign", (gradient, _) => QuantizerOperators.Sign(gradient)),
        new("onebit", (gradient, _) => QuantizerOperators.OneBit(gradient)),
        new("terngrad", (gradient, _) => QuantizerOperators.TernGrad(gradient, 2.5)),
        new("qsgd(levels=64,coding=packed)", (gradient, _) => QuantizerOperators.Qsgd(gradient, 64)),
        new("qsgd(levels=64)", (gradient, _) => QuantizerOperators.Qsgd(gradient, 64)),
        new("uniform(bits=4)", (gradient, _) => QuantizerOperators.Uniform(gradient, 4)),
        new("levels2", (gradient, _) => QuantizerOperators.FourLevels(gradient, 6)),
        new("natural", (gradient, _) => QuantizerOperators.Natural(gradient)),
        new("float16", (gradient, _) => QuantizerOperators.Narrow(gradient, ScalarType.Float16)),
        new("bfloat16", (gradient, _) => QuantizerOperators.Narrow(gradient, ScalarType.BFloat16)),
    ];
}
