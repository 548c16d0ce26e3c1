using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Storage;

/// <summary>The places of parameters that lie one behind the other, without gaps, in one vector.</summary>
internal sealed class FlatLayout
{
    private readonly IReadOnlyList<Parameter> parameters;
    private readonly long[] offsets;

    /// <exception cref="ArgumentException">A parameter is not Float32, or not on the device of the first.</exception>
    internal FlatLayout(IReadOnlyList<Parameter> parameters)
    {
        if (parameters.Count == 0)
        {
            throw new ArgumentException("There are no parameters to lay out.", nameof(parameters));
        }

        this.parameters = parameters;
        Device = parameters[0].device;
        offsets = new long[parameters.Count];
        for (int i = 0; i < offsets.Length; i++)
        {
            Parameter parameter = parameters[i];
            if (parameter.dtype != ScalarType.Float32 || parameter.device.ToString() != Device.ToString())
            {
                throw new ArgumentException(
                    $"Parameter {i} is {parameter.dtype} on {parameter.device}; flat storage is Float32 on {Device}.",
                    nameof(parameters));
            }

            offsets[i] = Length;
            Length += parameter.numel();
        }
    }

    internal Device Device { get; }

    internal long Length { get; private set; }

    internal IReadOnlyList<long> Offsets => offsets;

    /// <summary>The part of a vector that belongs to a parameter, in the parameter's shape. The caller disposes it.</summary>
    internal Tensor ViewOf(Tensor flat, int index)
    {
        using Tensor part = flat.narrow(0, offsets[index], parameters[index].numel());
        return part.view(parameters[index].shape);
    }
}
