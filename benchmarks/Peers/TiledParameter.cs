using Compression.Core.Gradients;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>A parameter in equal tiles, whose sides are the largest divisors of its own up to a limit, and their orthonormal cosine transform by matrix products.</summary>
internal sealed class TiledParameter
{
    private readonly ParameterSlot _slot;
    private readonly long[] _tiles;
    private readonly Tensor _ofHeight;
    private readonly Tensor _ofWidth;

    /// <param name="slot">The parameter, with entries.</param>
    /// <param name="longest">Longest side of a tile.</param>
    public TiledParameter(ParameterSlot slot, int longest)
    {
        long columns = slot.Shape[^1], rows = slot.Length / columns, height = LargestDivisor(rows, longest), width = LargestDivisor(columns, longest);
        _slot = slot;
        _tiles = [rows / height, columns / width, height, width];
        (_ofHeight, _ofWidth) = (Basis(height), Basis(width));
    }

    private long Entries => _tiles[2] * _tiles[3];

    /// <summary>The largest coefficients of every tile, and where they stand among those of all parameters.</summary>
    public (Tensor Values, Tensor Positions) Choose(Tensor gradient, int count)
    {
        var matrix = Part(gradient).view(_tiles[0], _tiles[2], _tiles[1], _tiles[3]).permute(0, 2, 1, 3);
        var coefficients = _ofHeight.matmul(matrix).matmul(_ofWidth.t()).reshape(-1, Entries);
        var chosen = coefficients.abs().topk((int)Math.Min(count, Entries), 1, sorted: false).indexes;
        var starts = (arange(coefficients.shape[0]).unsqueeze(1) * Entries) + _slot.Offset;
        return (coefficients.gather(1, chosen).view(-1), (chosen + starts).view(-1));
    }

    /// <summary>The parameter's own entries of the coefficients of all.</summary>
    public Tensor Inverse(Tensor coefficients) =>
        _ofHeight.t().matmul(Part(coefficients).view(_tiles)).matmul(_ofWidth).permute(0, 2, 1, 3).reshape(-1);

    private Tensor Part(Tensor all) => all[_slot.Offset..(_slot.Offset + _slot.Length)];

    private static Tensor Basis(long n)
    {
        var angles = (arange(n, float64).unsqueeze(1) * ((arange(n, float64) * 2) + 1)) * (Math.PI / (2 * n));
        var basis = angles.cos() * Math.Sqrt(2.0 / n);
        basis[0] /= Math.Sqrt(2);
        return basis.to_type(float32);
    }

    private static long LargestDivisor(long length, long longest) => Enumerable.Range(1, (int)Math.Min(length, longest)).Last(side => length % side == 0);
}
