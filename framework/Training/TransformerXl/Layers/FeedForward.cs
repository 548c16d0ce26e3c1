using Compression.Torch.Autograd;
using Compression.Torch.Fused;

using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>The position-wise layer of a decoder layer: linear, ReLU, linear, around which the residual connection goes.</summary>
internal sealed class FeedForward : nn.Module
{
    private readonly Affine _expand;
    private readonly Affine _contract;
    private readonly Affine _norm;
    private readonly double _dropout;
    private readonly bool _preNorm;

    public FeedForward(TransformerXlShape shape)
        : base(nameof(FeedForward))
    {
        (_dropout, _preNorm) = (shape.Dropout, shape.PreNorm);
        _expand = Affine.Linear(shape.InnerWidth, shape.ModelWidth, bias: true);
        _contract = Affine.Linear(shape.ModelWidth, shape.InnerWidth, bias: true);
        _norm = Affine.Norm(shape.ModelWidth);

        // The numbers are the places of the linear layers in the published code's sequence.
        var core = new NumberedParts("CoreNet");
        core.register_module("0", _expand);
        core.register_module("3", _contract);
        register_module("CoreNet", core);
        register_module("layer_norm", _norm);
    }

    /// <param name="x_TBD">Hidden states.</param>
    public Tensor Forward(Tensor x_TBD)
    {
        var inner = FusedLinear.Apply(_preNorm ? _norm.Normalize(x_TBD) : x_TBD, _expand.Weight, _expand.Bias, relu: true, GradientPath.IntoGrad);
        var y = FusedLinear.Apply(
            FusedDropout.Apply(inner, _dropout, training), _contract.Weight, _contract.Bias, path: GradientPath.IntoGrad);
        var sum = x_TBD + FusedDropout.Apply(y, _dropout, training);
        return _preNorm ? sum : _norm.Normalize(sum);
    }
}
