using System.Collections.Immutable;

namespace Compression.Training.ModelParallel;

/// <summary>What the parts of a model cost, for <see cref="BalancedPlacement"/>.</summary>
/// <param name="Seconds">Forward and backward pass of each LSTM layer.</param>
/// <param name="Bytes">Parameters, gradients and kept activations of each LSTM layer.</param>
/// <param name="Embedding">Seconds and bytes that the first stage has besides.</param>
/// <param name="Decoder">Seconds and bytes that the last stage has besides.</param>
public sealed record LayerCosts(
    ImmutableArray<double> Seconds, ImmutableArray<long> Bytes, (double Seconds, long Bytes) Embedding, (double Seconds, long Bytes) Decoder)
{
    /// <summary>Seconds of a stage with the layers from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public double SecondsOf(int first, int end) =>
        Seconds[first..end].Sum() + (first == 0 ? Embedding.Seconds : 0) + (end == Seconds.Length ? Decoder.Seconds : 0);

    /// <summary>Bytes of such a stage.</summary>
    public long BytesOf(int first, int end) =>
        Bytes[first..end].Sum() + (first == 0 ? Embedding.Bytes : 0) + (end == Bytes.Length ? Decoder.Bytes : 0);
}
