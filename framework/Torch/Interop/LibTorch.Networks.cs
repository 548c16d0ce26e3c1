using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Interop;

/// <summary>Layers and losses. The functions of <c>native/networks.cpp</c>.</summary>
internal static unsafe partial class LibTorch
{
    [LibraryImport(Library)]
    internal static partial int ct_linear(Tensor input, Tensor weight, Tensor? bias, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_embedding(Tensor weight, Tensor indices, long padding,
        [MarshalAs(UnmanagedType.U1)] bool scaleGradByFreq, [MarshalAs(UnmanagedType.U1)] bool sparse, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_embedding_renorm_(Tensor weight, Tensor indices, double maxNorm, double p);

    [LibraryImport(Library)]
    internal static partial int ct_lstm(Tensor input, Tensor h0, Tensor c0, ReadOnlySpan<nint> weights, long count,
        [MarshalAs(UnmanagedType.U1)] bool hasBiases, long layers, double dropout,
        [MarshalAs(UnmanagedType.U1)] bool train, [MarshalAs(UnmanagedType.U1)] bool bidirectional,
        [MarshalAs(UnmanagedType.U1)] bool batchFirst, out nint output, out nint hn, out nint cn);

    [LibraryImport(Library)]
    internal static partial int ct_dropout(Tensor input, double p, [MarshalAs(UnmanagedType.U1)] bool train,
        out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_dropout_(Tensor input, double p, [MarshalAs(UnmanagedType.U1)] bool train);

    [LibraryImport(Library)]
    internal static partial int ct_layer_norm(Tensor input, ReadOnlySpan<long> shape, long count, Tensor? weight,
        Tensor? bias, double eps, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_softmax(Tensor input, long dim, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_log_softmax(Tensor input, long dim, int type, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_cross_entropy(Tensor input, Tensor target, Tensor? weight, long reduction,
        long ignoreIndex, double labelSmoothing, out nint result);

    [LibraryImport(Library)]
    internal static partial int ct_nll_loss(Tensor input, Tensor target, Tensor? weight, long reduction,
        long ignoreIndex, out nint result);
}
