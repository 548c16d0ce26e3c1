using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

[assembly: RecurrentLayer("lstm", typeof(LstmLayer))]

namespace Compression.Training.Recurrent;

/// <summary>The LSTM with forget gates (Hochreiter and Schmidhuber 1997; Gers et al. 2000), as <see cref="FusedLstm"/> computes it.</summary>
public sealed class LstmLayer : IRecurrentLayer
{
    public IReadOnlyList<string> State => ["hidden", "cell"];

    // Four gates, the cell state and the output.
    public double KeptPerUnit => 6;

    public IReadOnlyList<(string Name, long[] Shape)> Parameters(long inputs, long hidden) =>
    [
        ("weight_ih", [4 * hidden, inputs]),
        ("weight_hh", [4 * hidden, hidden]),
        ("bias_ih", [4 * hidden]),
        ("bias_hh", [4 * hidden]),
    ];

    public (Tensor Output, Tensor[] State) Run(Tensor x_TBI, Tensor[] state, Tensor[] weights)
    {
        var (y, h, c) = FusedLstm.Run(
            x_TBI, state[0], state[1], new LstmWeights(weights[0], weights[1], weights[2], weights[3]), GradientPath.IntoGrad);
        return (y, [h, c]);
    }
}
