using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// A method written straightforwardly with libtorch's own operators, in the form that widely used frameworks give it: values and 64-bit
/// indices, or 8-bit codes, in tensors of their own.
/// </summary>
/// <param name="Compress">The tensors that would be sent.</param>
/// <param name="Decompress">The dense tensor that they stand for.</param>
internal sealed record PeerOperator(Func<Tensor[]> Compress, Func<Tensor[], Tensor> Decompress)
{
    /// <summary>A method that sends chosen entries as they are.</summary>
    /// <param name="gradient">Of which they are chosen.</param>
    /// <param name="choose">Positions as int64, each once.</param>
    public static PeerOperator Sparse(Tensor gradient, Func<Tensor> choose)
    {
        return new(Compress, payload => Scatter(gradient.numel(), payload[0], payload[1]));

        Tensor[] Compress()
        {
            var indices = choose();
            return [gradient.gather(0, indices), indices];
        }
    }

    /// <summary>A dense vector with values at some positions.</summary>
    public static Tensor Scatter(long elements, Tensor values, Tensor indices) => zeros(elements).scatter_(0, indices, values);
}
