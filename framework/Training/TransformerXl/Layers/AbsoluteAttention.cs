using Compression.Torch.Autograd;
using Compression.Torch.Fused;

using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Attention by content alone: positions are in the hidden states (attn_type 2 and 3).</summary>
internal sealed class AbsoluteAttention : DecoderAttention
{
    private readonly Affine _queries;
    private readonly Affine _keysValues;

    public AbsoluteAttention(TransformerXlShape shape)
        : base(shape, ("q_net", 1), ("kv_net", 2))
    {
        _queries = Projection("q_net");
        _keysValues = Projection("kv_net");
    }

    // Pre-norm normalizes what keys and values come from, and not the queries: the published weights were trained so.
    protected override Tensor Attend(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach)
    {
        var all_KBD = memory_MBD is null ? x_TBD : cat([memory_MBD, x_TBD]);
        var kv_KBI = FusedLinear.Apply(Shape.PreNorm ? Norm.Normalize(all_KBD) : all_KBD, _keysValues.Weight, path: GradientPath.IntoGrad);
        var q_TBI = FusedLinear.Apply(x_TBD, _queries.Weight, path: GradientPath.IntoGrad);
        var halves = kv_KBI.chunk(2, 2);
        var scores = einsum("ibnd,jbnd->bnij", Split(q_TBI, Shape.Heads), Split(halves[0], Shape.Heads));
        return PlainRelativeAttention.Weigh(scores, Split(halves[1], Shape.Heads), AttentionDropout, reach);
    }
}
