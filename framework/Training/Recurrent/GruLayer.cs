using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

[assembly: RecurrentLayer("gru", typeof(GruLayer))]

namespace Compression.Training.Recurrent;

/// <summary>
/// The gated recurrent unit (Cho et al. 2014) as PyTorch has it: r = σ(W_ir x + b_ir + W_hr h + b_hr), z = σ(W_iz x + b_iz + W_hz h + b_hz),
/// n = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn)), h' = (1 − z) ∘ n + z ∘ h. The rows of weights and biases are r, z, n.
/// </summary>
public sealed class GruLayer : IRecurrentLayer
{
    public IReadOnlyList<string> State => ["hidden"];

    // Both products 3 each, two sums and the gates 2 each, r ∘ product, its sum and n, and h'.
    public double KeptPerUnit => 14;

    public IReadOnlyList<(string Name, long[] Shape)> Parameters(long inputs, long hidden) =>
    [
        ("weight_ih", [3 * hidden, inputs]),
        ("weight_hh", [3 * hidden, hidden]),
        ("bias_ih", [3 * hidden]),
        ("bias_hh", [3 * hidden]),
    ];

    public (Tensor Output, Tensor[] State) Run(Tensor x_TBI, Tensor[] state, Tensor[] weights)
    {
        using var scope = NewDisposeScope();
        Tensor h = state[0];
        long[] parts = [2 * h.shape[1], h.shape[1]];

        // What comes from the inputs needs no step before it: one product for the whole sequence.
        Tensor[] inputs = FusedLinear.Apply(x_TBI, weights[0], weights[2], path: GradientPath.IntoGrad).unbind();
        var hidden = new Tensor[inputs.Length];
        for (int t = 0; t < inputs.Length; t++)
        {
            Tensor[] ofInput = inputs[t].split(parts, 1);
            Tensor[] ofHidden = FusedLinear.Apply(h, weights[1], weights[3], path: GradientPath.IntoGrad).split(parts, 1);
            Tensor[] rz = (ofInput[0] + ofHidden[0]).sigmoid().chunk(2, 1);
            Tensor n = (ofInput[1] + (rz[0] * ofHidden[1])).tanh();
            hidden[t] = h = n + (rz[1] * (h - n));
        }

        return (stack(hidden).MoveToOuterDisposeScope(), [h.MoveToOuterDisposeScope()]);
    }
}
