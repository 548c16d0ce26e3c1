using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Fused training functions. The functions of <c>native/fused_*.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_fused_lstm(Tensor x, Tensor h0, Tensor c0, Tensor inputWeight, Tensor hiddenWeight, Tensor inputBias,
        Tensor hiddenBias, Tensor? projection, Tensor? inputWeightTarget, Tensor? hiddenWeightTarget, Tensor? inputBiasTarget,
        Tensor? hiddenBiasTarget, Tensor? projectionTarget, out nint y, out nint h, out nint c);

    [LibraryImport(Library)]
    internal static partial int ct_fused_cross_entropy(Tensor hidden, Tensor weight, Tensor bias, Tensor targets, Tensor? weightTarget,
        Tensor? biasTarget, out nint loss);

    [LibraryImport(Library)]
    internal static partial int ct_fused_cross_entropy_nats(Tensor hidden, Tensor weight, Tensor bias, Tensor targets, out double sum);

    [LibraryImport(Library)]
    internal static partial int ct_fused_embedding(Tensor weight, Tensor indices, Tensor? weightTarget, out nint rows);

    [LibraryImport(Library)]
    internal static partial int ct_fused_linear(Tensor? constants, Tensor x, Tensor weight, Tensor? bias, long first, long count,
        [MarshalAs(UnmanagedType.U1)] bool relu, Tensor? weightTarget, Tensor? biasTarget, out nint y);

    [LibraryImport(Library)]
    internal static partial int ct_fused_relative_attention(Tensor queries, Tensor keysValues, Tensor positions, Tensor contentBias,
        Tensor positionBias, Tensor? drop, long reach, Tensor? contentTarget, Tensor? positionTarget, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_fused_cluster_entropy(Tensor hidden, Tensor weight, Tensor bias, Tensor? moreWeight, Tensor? moreBias,
        Tensor targets, long first, long count, double scale, Tensor? weightTarget, Tensor? biasTarget, Tensor? moreWeightTarget,
        Tensor? moreBiasTarget, out nint loss, out nint each);

    [LibraryImport(Library)]
    internal static partial int ct_fused_sampled_softmax(Tensor hidden, Tensor rows, Tensor truth, Tensor logExpectedCandidates,
        Tensor logExpectedTruth, Tensor weights, out nint loss);

    [LibraryImport(Library)]
    internal static partial int ct_fused_add_log_sums(Tensor hidden, Tensor rows, Tensor logSums);
}
