using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>Attention with relative positions in TorchSharp's public functions, in the type of the queries; parameters as in <see cref="FusedRelativeAttention"/>.</summary>
public static class PlainRelativeAttention
{
    /// <summary>Attends by scores of content and projected positions.</summary>
    public static Tensor Run(
        Tensor queries_QBI, Tensor keysValues_KBI, Tensor positions_KI, Tensor contentBias_HW, Tensor positionBias_HW, double dropout, long reach)
    {
        using DisposeScope scope = NewDisposeScope();
        long heads = contentBias_HW.shape[0];
        Tensor q_QBHW = Heads(queries_QBI, heads);
        Tensor[] halves = keysValues_KBI.chunk(2, 2);
        Tensor r_KHW = positions_KI.view(positions_KI.shape[0], heads, -1);
        Tensor content = einsum("ibnd,jbnd->bnij", q_QBHW + contentBias_HW.to(q_QBHW.dtype), Heads(halves[0], heads));
        Tensor position = Shift(einsum("ibnd,jnd->bnij", q_QBHW + positionBias_HW.to(q_QBHW.dtype), r_KHW));
        return Weigh(content + position, Heads(halves[1], heads), dropout, reach).MoveToOuterDisposeScope();
    }

    /// <summary>Turns scores by distance into scores by key: [i, j] ← [i, j + Q − 1 − i]; what has no source is masked later.</summary>
    /// <param name="scores">[..., Q, K].</param>
    public static Tensor Shift(Tensor scores)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = scores.shape;
        long queries = shape[^2], keys = shape[^1];
        // A column of zeros before each row moves row i by i places once the rows are read as one.
        Tensor padded = cat([zeros([.. shape[..^1], 1], scores.dtype, scores.device), scores], -1);
        Tensor rows = padded.reshape([.. shape[..^2], keys + 1, queries]).narrow(scores.dim() - 2, 1, keys);
        return rows.reshape(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Masks the scores [B, H, Q, K], makes them weights, and sums the values [K, B, H, W] by them.</summary>
    /// <returns>[Q, B, H·W].</returns>
    public static Tensor Weigh(Tensor scores_BHQK, Tensor values_KBHW, double dropout, long reach)
    {
        using DisposeScope scope = NewDisposeScope();
        long queries = scores_BHQK.shape[2], keys = scores_BHQK.shape[3];
        Tensor hidden = Hidden(queries, keys, reach, scores_BHQK.device);
        Tensor weights = (scores_BHQK / Math.Sqrt(values_KBHW.shape[3])).masked_fill(hidden, double.NegativeInfinity).softmax(3);
        Tensor kept = nn.functional.dropout(weights, dropout, dropout > 0);
        return einsum("bnij,jbnd->ibnd", kept, values_KBHW).flatten(2, 3).MoveToOuterDisposeScope();
    }

    // True where a query must not see a key: those after it, and those beyond its reach.
    private static Tensor Hidden(long queries, long keys, long reach, Device device)
    {
        Tensor all = ones(queries, keys, device: device);
        Tensor hidden = all.triu(1 + keys - queries);
        return (reach == 0 ? hidden : hidden + all.tril(keys - queries - reach)).to(ScalarType.Bool);
    }

    private static Tensor Heads(Tensor tensor, long heads) => tensor.view(tensor.shape[0], tensor.shape[1], heads, -1);
}
