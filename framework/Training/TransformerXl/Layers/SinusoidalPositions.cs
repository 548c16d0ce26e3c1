using Compression.Torch.Devices;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// Sinusoids of distances (Vaswani et al. 2017), sines before cosines as Transformer-XL lays them out: row k of K belongs to the distance
/// min(K − 1 − k, clamp), its columns are sin and cos of distance / 10000^(2i/D).
/// </summary>
/// <param name="width">D, even.</param>
/// <param name="clamp">Largest distance that is told apart; not positive: none.</param>
/// <param name="device">Where the model computes.</param>
internal sealed class SinusoidalPositions(int width, int clamp, Device device) : IDisposable
{
    private Tensor? _last;

    /// <summary>The encodings [keys, D]; they stay valid until another number of keys is asked for.</summary>
    public Tensor For(long keys)
    {
        if (_last?.shape[0] != keys)
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            _last?.Dispose();
            float[] distances = [.. Enumerable.Range(0, (int)keys).Select(k => (float)(clamp > 0 ? Math.Min(keys - 1 - k, clamp) : keys - 1 - k))];
            var angles = outer(tensor(distances), tensor(InverseFrequencies(width)));
            _last = DeviceTransfer.To(cat([sin(angles), cos(angles)], 1), device).DetachFromDisposeScope();
        }

        return _last;
    }

    /// <summary>1 / 10000^(2i/D) for i below D/2: the buffer <c>pos_emb.inv_freq</c> of the published code.</summary>
    public static float[] InverseFrequencies(int width) =>
        [.. Enumerable.Range(0, (width + 1) / 2).Select(i => (float)(1 / Math.Pow(10000, 2.0 * i / width)))];

    public void Dispose() => _last?.Dispose();
}
