using Compression.Training.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// Hidden states in fewer bits, between all layers, forward and backward. On CUDA they stay in that type, and products are made in it. On a CPU,
/// whose products in this project are float32, they are rounded to it, and come back; weights are then to be rounded too
/// (<see cref="FlatModel"/>), so that products have operands of few bits and sums of 32, as matrix units have them.
/// </summary>
/// <param name="Type">Float16 or BFloat16.</param>
/// <param name="RoundsOnly">Values are rounded to the type, and stay float32.</param>
public sealed record ReducedPrecision(ScalarType Type, bool RoundsOnly)
{
    /// <summary>Float16 on CUDA, bfloat16 rounding on a CPU.</summary>
    public static ReducedPrecision For(Device device) =>
        device.type == DeviceType.CPU ? new ReducedPrecision(ScalarType.BFloat16, true) : new ReducedPrecision(ScalarType.Float16, false);

    /// <summary>Reduces hidden states; null leaves them as they are.</summary>
    internal static Tensor Reduce(ReducedPrecision? precision, Tensor x)
    {
        if (precision is null)
        {
            return x;
        }

        var reduced = x.to(precision.Type);
        return precision.RoundsOnly ? reduced.to(ScalarType.Float32) : reduced;
    }
}
