using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>Operators of libtorch for which TorchSharp has no function, reached through TorchScript.</summary>
internal sealed class ScriptedOperators : IDisposable
{
    private const string Source = """
        def projected_lstm(input, hidden, cell, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr):
            return torch.lstm(input, [hidden, cell], [weight_ih, weight_hh, bias_ih, bias_hh, weight_hr], True, 1, 0.0, True, False, False)

        def adagrad_of_rows(weight, sums, gradient, rate: float):
            rows = gradient.coalesce()
            values = rows.values()
            sums.add_(torch.sparse_coo_tensor(rows.indices(), values * values, rows.size()))
            roots = sums.index_select(0, rows.indices()[0]).sqrt_()
            weight.add_(torch.sparse_coo_tensor(rows.indices(), values / roots, rows.size()), alpha=-rate)
            return weight

        """;

    private readonly jit.CompilationUnit _unit = jit.compile(Source);

    /// <summary>Libtorch's LSTM layer with a projection of its output (Sak et al. 2014), which <c>nn.LSTM</c> of TorchSharp 0.107 does not offer.</summary>
    /// <param name="input">[T, B, E].</param>
    /// <param name="state">Hidden [1, B, P] and cell [1, B, C].</param>
    /// <param name="weights">Input [4C, E], hidden [4C, P], two biases [4C], projection [P, C].</param>
    /// <returns>Output [T, B, P] and the state behind it.</returns>
    public (Tensor Output, Tensor Hidden, Tensor Cell) ProjectedLstm(Tensor input, (Tensor Hidden, Tensor Cell) state, IReadOnlyList<Tensor> weights)
    {
        object[] arguments = [input, state.Hidden, state.Cell, .. weights];
        return ((Tensor, Tensor, Tensor))_unit.invoke("projected_lstm", arguments);
    }

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

    /// <inheritdoc/>
    public void Dispose() => _unit.Dispose();
}
