using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch;

/// <summary>The LSTM layer written out step by step in TorchSharp's public functions, for where nothing faster is at hand.</summary>
internal static class PlainLstm
{
    internal static (Tensor Y, Tensor H, Tensor C) Run(Tensor x, Tensor h0, Tensor c0, LstmWeights weights)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bias = weights.InputBias + weights.HiddenBias;
        Tensor projected = nn.functional.linear(x, weights.InputWeight, bias);
        Tensor recurrent = weights.HiddenWeight.t();
        Tensor? projection = weights.Projection?.t();
        Tensor h = h0;
        Tensor c = c0;
        var outputs = new Tensor[x.shape[0]];
        for (int t = 0; t < outputs.Length; t++)
        {
            Tensor[] gates = (projected.select(0, t) + h.matmul(recurrent)).chunk(4, 1);
            c = (gates[1].sigmoid() * c) + (gates[0].sigmoid() * gates[2].tanh());
            Tensor units = gates[3].sigmoid() * c.tanh();
            h = projection is null ? units : units.matmul(projection);
            outputs[t] = h;
        }

        return (stack(outputs).MoveToOuterDisposeScope(), h.MoveToOuterDisposeScope(), c.MoveToOuterDisposeScope());
    }
}
