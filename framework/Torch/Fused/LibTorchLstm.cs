using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// libtorch's own LSTM layer, on cuDNN where the tensors are on a GPU, over parameters of the caller's. TorchSharp's layer owns its parameters and has no
/// projection; the operator itself takes both, and is reached through TorchScript.
/// </summary>
public static class LibTorchLstm
{
    private const string Source = """
        def lstm(input, hidden, cell, weight_ih, weight_hh, bias_ih, bias_hh):
            return torch.lstm(input, [hidden, cell], [weight_ih, weight_hh, bias_ih, bias_hh], True, 1, 0.0, True, False, False)

        def projected_lstm(input, hidden, cell, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr):
            return torch.lstm(input, [hidden, cell], [weight_ih, weight_hh, bias_ih, bias_hh, weight_hr], True, 1, 0.0, True, False, False)

        """;

    private static readonly Lazy<jit.CompilationUnit> s_operators = new(() => jit.compile(Source));

    /// <summary>Runs the layer: what it takes and gives is that of <see cref="FusedLstm.Run"/>.</summary>
    /// <param name="x">[time, batch, inputs].</param>
    /// <param name="h0">[batch, outputs].</param>
    /// <param name="c0">[batch, hidden].</param>
    /// <param name="weights">The layer's parameters.</param>
    /// <returns>[time, batch, outputs], [batch, outputs], [batch, hidden].</returns>
    public static (Tensor Y, Tensor H, Tensor C) Run(Tensor x, Tensor h0, Tensor c0, LstmWeights weights)
    {
        using DisposeScope scope = NewDisposeScope();
        object[] arguments = [x, h0.unsqueeze(0), c0.unsqueeze(0), weights.InputWeight, weights.HiddenWeight, weights.InputBias, weights.HiddenBias];
        var (y, h, c) = weights.Projection is { } projection
            ? ((Tensor, Tensor, Tensor))s_operators.Value.invoke("projected_lstm", [.. arguments, projection])
            : ((Tensor, Tensor, Tensor))s_operators.Value.invoke("lstm", arguments);
        return (y.MoveToOuterDisposeScope(), h.squeeze(0).MoveToOuterDisposeScope(), c.squeeze(0).MoveToOuterDisposeScope());
    }
}
