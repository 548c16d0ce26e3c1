using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>Operators of libtorch for which TorchSharp has no function, reached through TorchScript.</summary>
internal sealed class ScriptedOperators : IDisposable
{
    private const string Source = """
        def adagrad_of_rows(weight, sums, gradient, rate: float):
            rows = gradient.coalesce()
            values = rows.values()
            sums.add_(torch.sparse_coo_tensor(rows.indices(), values * values, rows.size()))
            roots = sums.index_select(0, rows.indices()[0]).sqrt_()
            weight.add_(torch.sparse_coo_tensor(rows.indices(), values / roots, rows.size()), alpha=-rate)
            return weight

        """;

    private readonly jit.CompilationUnit _unit = jit.compile(Source);

    /// <summary>Adagrad on the rows of a sparse gradient, as PyTorch's optimizer does it: s ← s + g², w ← w − η g/√s.</summary>
    /// <param name="weight">[V, D].</param>
    /// <param name="sums">Of squares, [V, D].</param>
    /// <param name="gradient">Sparse, [V, D].</param>
    /// <param name="rate">η.</param>
    public void AdagradOfRows(Tensor weight, Tensor sums, Tensor gradient, double rate)
    {
        using var noGradient = no_grad();
        _unit.invoke("adagrad_of_rows", weight, sums, gradient, rate);
    }

    public void Dispose() => _unit.Dispose();
}
