using Compression.Torch.Autograd;
using Compression.Torch.Fused;

using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Attention by content and by projected sinusoids of the distance (attn_type 0, Dai et al. 2019).</summary>
internal sealed class RelativeAttention : DecoderAttention
{
    private readonly Affine _inputs;
    private readonly Affine _distances;

    public RelativeAttention(TransformerXlShape shape)
        : base(shape, ("qkv_net", 3))
    {
        _inputs = Projection("qkv_net");
        _distances = Affine.Linear(shape.InnerAttention, shape.ModelWidth);
        register_module("r_net", _distances);
    }

    protected override Tensor Attend(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach)
    {
        var (q_TBI, kv_KBI) = QueriesAndKeys(x_TBD, memory_MBD, _inputs, Shape, Norm);
        var r_KI = FusedLinear.Apply(positions.Encoding!, _distances.Weight, path: GradientPath.IntoGrad);
        return FusedRelativeAttention.Run(
            q_TBI, kv_KBI, r_KI, positions.ContentBias!, positions.PositionBias!, AttentionDropout, reach, GradientPath.IntoGrad);
    }

    /// <summary>Queries of the segment, and keys and values of memory and segment. The memory's queries would never be used.</summary>
    internal static (Tensor Queries, Tensor KeysValues) QueriesAndKeys(
        Tensor x_TBD, Tensor? memory_MBD, Affine inputs, TransformerXlShape shape, Affine norm)
    {
        long inner = shape.InnerAttention;
        if (shape.PreNorm)
        {
            // The norm's parameters have gradients from the memory too.
            var all_KBD = norm.Normalize(memory_MBD is null ? x_TBD : cat([memory_MBD, x_TBD]));
            var current_TBD = all_KBD.narrow(0, all_KBD.shape[0] - x_TBD.shape[0], x_TBD.shape[0]);
            return (FusedLinear.Rows(null, current_TBD, inputs.Weight, 0, inner, GradientPath.IntoGrad),
                FusedLinear.Rows(null, all_KBD, inputs.Weight, inner, 2 * inner, GradientPath.IntoGrad));
        }

        return (FusedLinear.Rows(null, x_TBD, inputs.Weight, 0, inner, GradientPath.IntoGrad),
            FusedLinear.Rows(memory_MBD, x_TBD, inputs.Weight, inner, 2 * inner, GradientPath.IntoGrad));
    }
}
