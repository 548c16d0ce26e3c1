using Compression.Training.Data.Lm1b;
using Compression.Training.Lm1b;

using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace Compression.Training.Tests.Lm1b;

/// <summary>
/// The LM-1B model's step in TorchSharp's own operations and double precision, after the published graph (Józefowicz et al. 2016): whole tables
/// with dense gradients, an LSTM cell by cell, a softmax over the target and the candidates, and Adagrad. Its tensors are in the caller's scope.
/// T time steps, B batch, V words, E word vector, H cells, P projection, S candidates.
/// </summary>
internal sealed class PlainLm1bModel
{
    private const double ForgetBias = 1;

    private readonly Lm1bHyperparameters _hyper;
    private readonly Dictionary<string, Tensor> _weights;
    private readonly Dictionary<string, Tensor> _sums;
    private readonly Dictionary<string, Tensor> _averages;
    private readonly (Tensor H, Tensor C)[] _states;

    /// <param name="hyper">Sizes.</param>
    /// <param name="dense">Of the LSTM, by name: gates i, f, j, o, the forget gate's bias with the 1 that the published graph adds in each step.</param>
    /// <param name="embedding">[V, E].</param>
    /// <param name="softmax">[V, P + 1], biases in the last column.</param>
    public PlainLm1bModel(Lm1bHyperparameters hyper, IEnumerable<(string Name, Tensor Values)> dense, Tensor embedding, Tensor softmax)
    {
        _hyper = hyper;
        _weights = dense.Append(("embedding", embedding)).Append(("softmax", softmax))
            .ToDictionary(one => one.Item1, one => one.Item2.to(ScalarType.Float64).clone().requires_grad_());
        using var unrecorded = no_grad();
        foreach (string bias in _weights.Keys.Where(name => name.StartsWith("bias", StringComparison.Ordinal)))
        {
            ForgetGate(_weights[bias]).sub_(ForgetBias);
        }

        _sums = _weights.ToDictionary(one => one.Key, one => ones_like(one.Value));
        _averages = _weights.ToDictionary(one => one.Key, one => one.Value.detach().clone());
        _states = [.. Enumerable.Range(0, hyper.NumLayers).Select(_ => (
            zeros([hyper.BatchSize, hyper.ProjectedSize], ScalarType.Float64), zeros([hyper.BatchSize, hyper.StateSize], ScalarType.Float64)))];
    }

    /// <summary>Parameters as the model under test has them.</summary>
    public Tensor Weight(string name) => WithForgetBias(name, _weights[name].detach());

    /// <summary>The moving average of a parameter, likewise.</summary>
    public Tensor Average(string name) => WithForgetBias(name, _averages[name]);

    /// <summary>A step.</summary>
    /// <param name="batch">Words, targets and weights.</param>
    /// <param name="candidates">Distinct words that were drawn.</param>
    /// <param name="tries">How many draws that took.</param>
    /// <returns>Mean of weight · nats over all positions; the LSTM gradient's norm before clipping.</returns>
    public (double Loss, double Norm) Step(SentenceBatch batch, int[] candidates, long tries)
    {
        var loss = Loss(batch, candidates, tries);
        (loss * _hyper.NumSteps).backward();
        using var unrecorded = no_grad();
        var dense = _weights.Where(one => one.Key is not "embedding" and not "softmax").ToList();
        double norm = Math.Sqrt(dense.Sum(one => one.Value.grad!.square().sum().item<double>()));
        dense.ForEach(one => one.Value.grad!.mul_(Math.Min(1, _hyper.MaxGradNorm / norm)));
        _weights["embedding"].grad!.mul_(_hyper.BatchSize);
        foreach (var (name, weight) in _weights)
        {
            _sums[name].add_(weight.grad!.square());
            weight.sub_(weight.grad! / _sums[name].sqrt() * _hyper.LearningRate);
            _averages[name].mul_(0.999).add_(weight * 0.001);
            weight.grad!.zero_();
        }

        return (loss.item<double>(), norm);
    }

    private Tensor Loss(SentenceBatch batch, int[] candidates, long tries)
    {
        var x_TBX = _weights["embedding"].index_select(0, tensor(batch.Input).to(ScalarType.Int64)).view(batch.TimeSteps, batch.BatchSize, _hyper.EmbSize);
        for (int layer = 0; layer < _hyper.NumLayers; layer++)
        {
            x_TBX = Layer(layer, x_TBX);
        }

        var hidden_NP = x_TBX.flatten(0, 1);
        Tensor target_N = tensor(batch.Target).to(ScalarType.Int64), candidate_S = tensor(candidates).to(ScalarType.Int64);
        var target_NP1 = _weights["softmax"].index_select(0, target_N);
        var candidate_SP1 = _weights["softmax"].index_select(0, candidate_S);
        int width = _hyper.ProjectedSize;
        var own_N = (hidden_NP * target_NP1.narrow(1, 0, width)).sum(1) + target_NP1.select(1, width) - LogExpected(target_N, tries);
        var others_NS = hidden_NP.matmul(candidate_SP1.narrow(1, 0, width).t()) + candidate_SP1.select(1, width) - LogExpected(candidate_S, tries);
        others_NS = others_NS.masked_fill(target_N.unsqueeze(1) == candidate_S, double.NegativeInfinity);
        var nats_N = Functional.cross_entropy(cat([own_N.unsqueeze(1), others_NS], 1), zeros_like(target_N), reduction: nn.Reduction.None);
        return (nats_N * tensor(batch.Weight)).mean();
    }

    // Sak et al. 2014 without peepholes: c ← σ(f + 1) c + σ(i) tanh j; h ← P (σ(o) tanh c).
    private Tensor Layer(int layer, Tensor x_TBX)
    {
        var (h, c) = _states[layer];
        var outputs = new List<Tensor>();
        foreach (var x in x_TBX.unbind())
        {
            var gates = Functional.linear(x, _weights[$"weight_ih_l{layer}"]) + Functional.linear(h, _weights[$"weight_hh_l{layer}"]) + _weights[$"bias_l{layer}"];
            var part = gates.chunk(4, 1);
            c = ((part[1] + ForgetBias).sigmoid() * c) + (part[0].sigmoid() * part[2].tanh());
            h = Functional.linear(part[3].sigmoid() * c.tanh(), _weights[$"weight_hr_l{layer}"]);
            outputs.Add(h);
        }

        _states[layer] = (h.detach(), c.detach());
        return stack(outputs);
    }

    // Of a word of rank k: P = log((k + 2) / (k + 1)) / log(V + 1), and 1 − (1 − P)^tries are expected.
    private Tensor LogExpected(Tensor words, long tries)
    {
        var rank = words.to(ScalarType.Float64);
        var probability = ((rank + 2) / (rank + 1)).log() / Math.Log(_hyper.VocabSize + 1.0);
        return (1 - (1 - probability).pow(tries)).log();
    }

    private Tensor ForgetGate(Tensor bias) => bias.narrow(0, _hyper.StateSize, _hyper.StateSize);

    private Tensor WithForgetBias(string name, Tensor values)
    {
        values = values.clone();
        if (name.StartsWith("bias", StringComparison.Ordinal))
        {
            ForgetGate(values).add_(ForgetBias);
        }

        return values;
    }
}
