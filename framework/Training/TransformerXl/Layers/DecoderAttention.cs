using Compression.Torch.Autograd;
using Compression.Torch.Fused;

using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// What the kinds of attention share: projections, output layer, residual connection and norm. Axes: T time, B batch, D model, M memory,
/// K = M + T keys, I all heads together, H heads, W width of a head.
/// </summary>
internal abstract class DecoderAttention : nn.Module
{
    protected DecoderAttention(TransformerXlShape shape, params (string Name, int Multiple)[] projections)
        : base(nameof(DecoderAttention))
    {
        Shape = shape;
        foreach (var (name, multiple) in projections)
        {
            register_module(name, Affine.Linear((long)multiple * shape.InnerAttention, shape.ModelWidth));
        }

        Output = Affine.Linear(shape.ModelWidth, shape.InnerAttention);
        Norm = Affine.Norm(shape.ModelWidth);
        register_module("o_net", Output);
        register_module("layer_norm", Norm);
    }

    protected TransformerXlShape Shape { get; }

    protected Affine Output { get; }

    protected Affine Norm { get; }

    protected double AttentionDropout => training ? Shape.AttentionDropout : 0;

    /// <summary>One layer's attention with its residual connection.</summary>
    /// <param name="x_TBD">Hidden states.</param>
    /// <param name="memory_MBD">Those before them, as constants; null for none.</param>
    /// <param name="positions">What the kind of attention needs to know of positions.</param>
    /// <param name="reach">Keys that a query sees at most; 0: all up to itself.</param>
    public Tensor Forward(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach)
    {
        var attended_TBI = Attend(x_TBD, memory_MBD, positions, reach);
        var out_TBD = FusedDropout.Apply(FusedLinear.Apply(attended_TBI, Output.Weight, path: GradientPath.IntoGrad), Shape.Dropout, training);
        return Shape.PreNorm ? x_TBD + out_TBD : Norm.Normalize(x_TBD + out_TBD);
    }

    protected abstract Tensor Attend(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach);

    /// <summary>The projection of a name.</summary>
    protected Affine Projection(string name) => (Affine)named_children().Single(child => child.name == name).module;

    protected Tensor Split(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, Shape.HeadWidth);
}

/// <summary>What a layer's attention is told of positions; which of them are there depends on the kind of attention.</summary>
/// <param name="Encoding">Sinusoids [K, D], or a layer's learned embedding of distances [K, H, W].</param>
/// <param name="ContentBias">[H, W].</param>
/// <param name="PositionBias">[H, W], or [K, H] of learned distances.</param>
internal readonly record struct PositionEncoding(Tensor? Encoding = null, Tensor? ContentBias = null, Tensor? PositionBias = null);
