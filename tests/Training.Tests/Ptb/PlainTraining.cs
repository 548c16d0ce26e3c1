using Compression.Training.Data;
using Compression.Training.Ptb;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Tests.Ptb;

/// <summary>
/// What the PTB trainer does, once more in TorchSharp's own layers and tensor operations and nothing of ours: batches, backward, clipping, the
/// exchange among workers, SGD. Top-k is <c>topk</c> and <c>scatter</c> over each parameter, and what it leaves out stays with its worker.
/// </summary>
internal sealed class PlainTraining : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PtbOptions _options;
    private readonly Corpus _corpus;
    private readonly int _workers;
    private readonly double? _ratio;
    private readonly PlainLanguageModel _model;
    private readonly optim.Optimizer _optimizer;
    private readonly Tensor[][] _residuals;
    private readonly (Tensor H, Tensor C)[] _states;

    /// <param name="options">Sizes, and those of the optimizer.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="workers">Workers, each with its share of the text.</param>
    /// <param name="ratio">Share of a parameter's entries that are sent; null: all.</param>
    public PlainTraining(PtbOptions options, Corpus corpus, int workers, double? ratio)
    {
        (_options, _corpus, _workers, _ratio) = (options, corpus, workers, ratio);
        manual_seed(3);
        _model = new PlainLanguageModel(options.Model, corpus.Vocabulary.Count, options.EmbSize, options.NumHid, options.NumLayers, options.Tied);
        foreach (var (_, parameter) in _model.Trained)
        {
            nn.init.uniform_(parameter, -0.3, 0.3);
        }

        _optimizer = optim.SGD(_model.Trained.Select(one => one.Parameter), options.InitLr, options.Momentum, weight_decay: options.WeightDecay);
        _residuals = [.. Enumerable.Range(0, workers).Select(_ => _model.Trained.Select(one => zeros_like(one.Parameter)).ToArray())];
        _states = [.. Enumerable.Range(0, workers).Select(_ => Begin(options.BatchSize))];
    }

    /// <summary>The weights as they are now, under PyTorch's names.</summary>
    public IReadOnlyList<(string Name, long[] Shape, float[] Values)> Weights =>
        [.. _model.Trained.Select(one => (one.Name, one.Parameter.shape, one.Parameter.Floats()))];

    /// <summary>A step of all workers: their mean loss in nats, and the first one's norm before clipping.</summary>
    /// <param name="step">Of the epoch, from 0.</param>
    public (double Loss, double Norm) Step(int step)
    {
        using var scope = NewDisposeScope();
        var parameters = _model.Trained.Select(one => one.Parameter).ToArray();
        var mean = parameters.Select(parameter => zeros_like(parameter)).ToArray();
        double loss = 0, norm = 0;
        int share = _corpus.Train.Length / _workers;
        for (int worker = 0; worker < _workers; worker++)
        {
            var (input, target) = Batch(_corpus.Train.AsSpan(worker * share, share), _options.BatchSize, step);
            var (logits, (h, c)) = _model.Forward(input, _states[worker]);
            _states[worker] = (h.MoveToOtherDisposeScope(_scope), c.MoveToOtherDisposeScope(_scope));
            _model.zero_grad();
            var nats = nn.functional.cross_entropy(logits, target);
            nats.backward();
            double before = nn.utils.clip_grad_norm_(parameters, _options.Clip);
            (loss, norm) = (loss + (nats.item<float>() / _workers), worker == 0 ? before : norm);
            for (int i = 0; i < parameters.Length; i++)
            {
                mean[i].add_(Sent(parameters[i].grad!, _residuals[worker][i]), 1.0 / _workers);
            }
        }

        foreach (var (parameter, gradient) in parameters.Zip(mean))
        {
            parameter.grad = gradient;
        }

        _optimizer.step();
        return (loss, norm);
    }

    /// <summary>Mean loss in nats over a whole split.</summary>
    /// <param name="tokens">The split.</param>
    /// <param name="columns">Columns that it is laid out in.</param>
    public double Evaluate(int[] tokens, int columns)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        var state = Begin(columns);
        double nats = 0;
        int rows = tokens.Length / columns, steps = (rows - 2 + _options.Bptt) / _options.Bptt;
        for (int step = 0; step < steps; step++)
        {
            var (input, target) = Batch(tokens, columns, step);
            (var logits, state) = _model.Forward(input, state);
            nats += nn.functional.cross_entropy(logits, target, reduction: nn.Reduction.Sum).item<float>();
        }

        return nats / ((rows - 1) * columns);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _scope.Dispose();
    }

    private Tensor Sent(Tensor gradient, Tensor residual)
    {
        if (_ratio is not { } ratio)
        {
            return gradient;
        }

        var compensated = (gradient + residual).flatten();
        var (_, places) = compensated.abs().topk((int)Math.Max(1, ratio * compensated.numel()));
        var sent = zeros_like(compensated).scatter(0, places, compensated.gather(0, places));
        residual.copy_((compensated - sent).view_as(residual));
        return sent.view_as(gradient);
    }

    // The text in columns, one beside the other, and each word's successor.
    private (Tensor Input, Tensor Target) Batch(ReadOnlySpan<int> tokens, int columns, int step)
    {
        int rows = tokens.Length / columns, from = step * _options.Bptt, length = Math.Min(_options.Bptt, rows - 1 - from);
        var text = tensor(tokens[..(rows * columns)].ToArray()).to(ScalarType.Int64).view(columns, rows).t();
        return (text.narrow(0, from, length).contiguous(), text.narrow(0, from + 1, length).flatten());
    }

    private (Tensor H, Tensor C) Begin(int columns) =>
        (zeros(_options.NumLayers, columns, _options.NumHid), zeros(_options.NumLayers, columns, _options.NumHid));
}
