using Compression.Torch.Fused;

using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Attention by content and by a learned embedding and bias of each distance (attn_type 1, after Shaw et al. 2018).</summary>
internal sealed class LearnedRelativeAttention : DecoderAttention
{
    private readonly Affine _inputs;

    public LearnedRelativeAttention(TransformerXlShape shape)
        : base(shape, ("qkv_net", 3)) => _inputs = Projection("qkv_net");

    protected override Tensor Attend(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach)
    {
        var (q_TBI, kv_KBI) = RelativeAttention.QueriesAndKeys(x_TBD, memory_MBD, _inputs, Shape, Norm);
        var q_TBHW = Split(q_TBI, Shape.Heads);
        var halves = kv_KBI.chunk(2, 2);
        long keys = kv_KBI.shape[0];
        var r_KHW = FitToKeys(positions.Encoding!, keys).to(q_TBI.dtype);
        var bias_HK = FitToKeys(positions.PositionBias!, keys).t().to(q_TBI.dtype);
        var content = einsum("ibnd,jbnd->bnij", q_TBHW + positions.ContentBias!.to(q_TBI.dtype), Split(halves[0], Shape.Heads));
        var position = PlainRelativeAttention.Shift(einsum("ibnd,jnd->bnij", q_TBHW, r_KHW) + bias_HK.unsqueeze(1));
        return PlainRelativeAttention.Weigh(content + position, Split(halves[1], Shape.Heads), AttentionDropout, reach);
    }

    // The last rows are the nearest distances; beyond the first, all distances look like it.
    private static Tensor FitToKeys(Tensor table, long keys)
    {
        long known = table.shape[0];
        return known >= keys
            ? table.narrow(0, known - keys, keys)
            : cat([table.narrow(0, 0, 1).expand([keys - known, .. table.shape[1..]]), table]);
    }
}
