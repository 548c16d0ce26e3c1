using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Devices;

/// <summary>Operators whose best form is not the same on every device.</summary>
public static class DeviceOperators
{
    /// <summary>Some rows of a matrix, a row as often as it is named. On a GPU by indexing, whose gradient is added up in a fixed order there.</summary>
    /// <param name="matrix">[rows, width].</param>
    /// <param name="rows">Int64 [n], on the matrix's device.</param>
    /// <returns>[n, width].</returns>
    public static Tensor Rows(Tensor matrix, Tensor rows) =>
        matrix.device_type == DeviceType.CPU ? matrix.index_select(0, rows) : matrix[TensorIndex.Tensor(rows)];

    /// <summary>Normalizes the last axis of a Float32 tensor, then scales and offsets it.</summary>
    /// <param name="x">[..., width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="bias">[width].</param>
    public static Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias)
    {
        if (x.device_type != DeviceType.META)
        {
            return nn.functional.layer_norm(x, [x.shape[^1]], weight, bias);
        }

        // libtorch knows no shape of its layer norm: one of the same arguments.
        return (x * weight) + bias;
    }
}
