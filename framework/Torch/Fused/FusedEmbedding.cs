using Compression.Torch.Autograd;
using Compression.Torch.Devices;

using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// Rows of a table whose gradient touches no other rows when it goes <see cref="GradientPath.IntoGrad"/>. Rows that occur more than
/// once are added in the order of the indices.
/// </summary>
public static class FusedEmbedding
{
    /// <summary>Looks rows up.</summary>
    /// <param name="weight">[words, width].</param>
    /// <param name="indices">Int64 of any shape, each in [0, words).</param>
    /// <param name="path">How the gradient of the table is handed over.</param>
    /// <returns>[..., width].</returns>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">An index is out of range.</exception>
    public static Tensor Rows(Tensor weight, Tensor indices, GradientPath path = GradientPath.Autograd)
    {
        if (FusedDevice.Takes(weight) && FusedDevice.TakesIndices(indices))
        {
            return new EmbeddingCall(weight, indices, path).Run();
        }

        using Tensor flat = indices.flatten();
        using Tensor found = DeviceOperators.Rows(WatchedParameter.Of(weight, path), flat);
        return found.reshape([.. indices.shape, weight.shape[1]]);
    }
}
