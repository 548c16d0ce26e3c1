using Compression.Torch.Autograd;
using Compression.Torch.Fused;
using Compression.Training.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>
/// The dense part of the LM-1B model (Józefowicz et al. 2016): dropout, then LSTM layers whose output is projected (Sak et al. 2014), each
/// with dropout behind it. Gates lie in PyTorch's order i, f, g, o; the bias of the forget gate begins with 1, which is what adding 1 to it
/// in every step comes to. Axes: T time, B batch, E inputs, H cells, P projection.
/// </summary>
public sealed class ProjectedLstm : nn.Module
{
    private readonly int _layers;
    private readonly int _cells;
    private readonly double _dropout;
    private readonly LstmWeights[] _weights;
    private readonly Tensor _noBias;

    /// <param name="inputs">E.</param>
    /// <param name="cells">H.</param>
    /// <param name="projection">P.</param>
    /// <param name="layers">LSTM layers.</param>
    /// <param name="dropout">Probability with which an element is dropped.</param>
    public ProjectedLstm(int inputs, int cells, int projection, int layers, double dropout)
        : base(nameof(ProjectedLstm))
    {
        (_layers, _cells, _dropout) = (layers, cells, dropout);
        for (int layer = 0; layer < layers; layer++)
        {
            register_parameter($"weight_ih_l{layer}", new Parameter(zeros(4 * cells, layer == 0 ? inputs : projection)));
            register_parameter($"weight_hh_l{layer}", new Parameter(zeros(4 * cells, projection)));
            register_parameter($"bias_l{layer}", new Parameter(zeros(4 * cells)));
            register_parameter($"weight_hr_l{layer}", new Parameter(zeros(projection, cells)));
        }

        _noBias = zeros(4 * cells).DetachFromDisposeScope();
        _weights = [.. Enumerable.Range(0, layers).Select(layer => new LstmWeights(
            Named($"weight_ih_l{layer}"), Named($"weight_hh_l{layer}"), Named($"bias_l{layer}"), _noBias, Named($"weight_hr_l{layer}")))];
    }

    /// <summary>
    /// Draws weights from U(±√(3/fan-in)), by which outputs keep the variance of their inputs; input and recurrent weights count as one
    /// matrix. Biases are 0, the forget gate's 1.
    /// </summary>
    public void Initialize()
    {
        using var noGradient = no_grad();
        foreach (var layer in _weights)
        {
            double fanIn = layer.InputWeight.shape[1] + layer.HiddenWeight.shape[1];
            nn.init.uniform_(layer.InputWeight, -Math.Sqrt(3 / fanIn), Math.Sqrt(3 / fanIn));
            nn.init.uniform_(layer.HiddenWeight, -Math.Sqrt(3 / fanIn), Math.Sqrt(3 / fanIn));
            nn.init.uniform_(layer.Projection!, -Math.Sqrt(3.0 / _cells), Math.Sqrt(3.0 / _cells));
            using var forget = layer.InputBias.narrow(0, _cells, _cells);
            nn.init.ones_(forget);
        }
    }

    /// <summary>What the softmax reads, [T·B, P].</summary>
    /// <param name="input_TBE">Rows of the embedding.</param>
    /// <param name="state">Carried from batch to batch; updated in place, detached.</param>
    public Tensor Hidden(Tensor input_TBE, RecurrentState state)
    {
        var x = FusedDropout.Apply(input_TBE, _dropout, training);
        for (int layer = 0; layer < _layers; layer++)
        {
            var (y, h, c) = FusedLstm.Run(x, state[layer][0], state[layer][1], _weights[layer], GradientPath.IntoGrad);
            state.Set(layer, h, c);
            x = FusedDropout.Apply(y, _dropout, training);
        }

        return x.flatten(0, 1);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _noBias.Dispose();
        }

        base.Dispose(disposing);
    }

    private Parameter Named(string name) => get_parameter(name)!;
}
