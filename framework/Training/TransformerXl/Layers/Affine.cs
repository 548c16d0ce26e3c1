using Compression.Torch.Devices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>A weight and perhaps a bias under their usual names: a linear layer, a norm or a table, as a file knows them.</summary>
internal sealed class Affine : nn.Module
{
    /// <param name="weight">Registered as <c>weight</c>; may be another module's too.</param>
    /// <param name="bias">Registered as <c>bias</c>; null for none.</param>
    public Affine(Parameter weight, Parameter? bias = null)
        : base(nameof(Affine))
    {
        Weight = weight;
        Bias = bias;
        register_parameter("weight", weight);
        if (bias is not null)
        {
            register_parameter("bias", bias);
        }
    }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    /// <summary>A layer from <paramref name="inputs"/> to <paramref name="outputs"/>, not yet initialized.</summary>
    public static Affine Linear(long outputs, long inputs, bool bias = false) =>
        new(nn.Parameter(empty(outputs, inputs)), bias ? nn.Parameter(zeros(outputs)) : null);

    /// <summary>A layer norm's scale and offset.</summary>
    public static Affine Norm(long width) => new(nn.Parameter(ones(width)), nn.Parameter(zeros(width)));

    /// <summary>Normalizes the last axis, then scales and offsets it, in float32; the result has the type of <paramref name="x"/>.</summary>
    public Tensor Normalize(Tensor x) => DeviceOperators.LayerNorm(x.to(ScalarType.Float32), Weight, Bias!).to(x.dtype);
}

/// <summary>Modules and parameters under numbers, as PyTorch's lists name them; numbers may be left out.</summary>
/// <param name="name">For messages.</param>
internal sealed class NumberedParts(string name) : nn.Module(name);
