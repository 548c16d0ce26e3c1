using Compression.Training.TransformerXl.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>
/// Transformer-XL as published (Dai et al. 2019), of libtorch's own layers in TorchSharp: relative attention over a memory, adaptive
/// softmax with one tied table, norms behind the residual connections, Adam with clipped gradients. Layers carry the published names.
/// Axes: Q queries, K keys, B batch, D model.
/// </summary>
internal sealed class TransformerXlPeer : nn.Module
{
    private const double MaxNorm = 0.25;
    private const double InitialDeviation = 0.02;

    private readonly Embedding word_emb;
    private readonly Parameter out_bias;
    private readonly Parameter cluster_weight;
    private readonly Parameter cluster_bias;
    private readonly Parameter r_w_bias;
    private readonly Parameter r_r_bias;
    private readonly ModuleList<TransformerXlPeerLayer> layers;
    private readonly Dropout drop;
    private readonly TransformerXlShape _shape;
    private readonly int _memoryLength;
    private readonly optim.Optimizer _optimizer;
    private Tensor[] _memory;

    /// <param name="shape">Sizes; cutoffs, and word vectors as wide as the model.</param>
    /// <param name="columns">B.</param>
    /// <param name="memoryLength">Positions that are kept.</param>
    /// <param name="learningRate">Of Adam.</param>
    public TransformerXlPeer(TransformerXlShape shape, int columns, int memoryLength, double learningRate)
        : base(nameof(TransformerXlPeer))
    {
        (_shape, _memoryLength) = (shape, memoryLength);
        word_emb = nn.Embedding(shape.Vocabulary, shape.ModelWidth);
        nn.init.normal_(word_emb.weight!, 0, InitialDeviation);
        out_bias = nn.Parameter(zeros(shape.Vocabulary));
        cluster_weight = nn.Parameter(zeros(shape.Clusters - 1, shape.ModelWidth));
        cluster_bias = nn.Parameter(zeros(shape.Clusters - 1));
        r_w_bias = nn.Parameter(zeros(shape.Heads, shape.HeadWidth));
        r_r_bias = nn.Parameter(zeros(shape.Heads, shape.HeadWidth));
        layers = nn.ModuleList([.. Enumerable.Range(0, shape.Layers).Select(_ => new TransformerXlPeerLayer(shape))]);
        drop = nn.Dropout(shape.Dropout);
        RegisterComponents();
        _optimizer = optim.Adam(parameters(), learningRate);
        _memory = [.. Enumerable.Range(0, shape.Layers).Select(_ => zeros(0, columns, shape.ModelWidth).DetachFromDisposeScope())];
        train();
    }

    /// <summary>Forward and backward pass, clipping, update.</summary>
    /// <param name="input">Token ids [Q, B].</param>
    /// <param name="target">The ids that follow, [Q·B].</param>
    /// <returns>Mean nats before the update.</returns>
    public double Step(Tensor input, Tensor target)
    {
        using var scope = NewDisposeScope();
        zero_grad();
        var loss = Loss(Hidden(input).flatten(0, 1), target);
        loss.backward();
        nn.utils.clip_grad_norm_(parameters(), MaxNorm);
        _optimizer.step();
        return loss.item<float>();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _optimizer.Dispose();
            foreach (var state in _memory)
            {
                state.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    // [Q, B, D].
    private Tensor Hidden(Tensor input)
    {
        var x = drop.forward(word_emb.forward(input) * Math.Sqrt(_shape.ModelWidth));
        long queries = input.shape[0], keys = queries + _memory[0].shape[0];
        var positions = drop.forward(Sinusoids(keys));
        var mask = ones(queries, keys).triu(1 + keys - queries).to(ScalarType.Bool).unsqueeze(2).unsqueeze(3);
        var after = new Tensor[_memory.Length];
        for (int i = 0; i < after.Length; i++)
        {
            using (no_grad())
            {
                var seen = cat([_memory[i], x.detach()]);
                long kept = Math.Min(_memoryLength, seen.shape[0]);
                after[i] = seen.narrow(0, seen.shape[0] - kept, kept).DetachFromDisposeScope();
            }

            x = layers[i].Forward(x, _memory[i], new PeerPositions(positions, r_w_bias, r_r_bias, mask));
            _memory[i].Dispose();
        }

        _memory = after;
        return drop.forward(x);
    }

    // Of the distances K−1, …, 0.
    private Tensor Sinusoids(long keys)
    {
        var frequencies = (arange(0, _shape.ModelWidth, 2, ScalarType.Float32) * (-Math.Log(10000) / _shape.ModelWidth)).exp();
        var angles = outer(arange(keys - 1, -1, -1, ScalarType.Float32), frequencies);
        return cat([angles.sin(), angles.cos()], 1);
    }

    private Tensor Loss(Tensor hidden, Tensor target)
    {
        // Cluster i stands in the head's column i from the end.
        long head = _shape.WordsOf(0), columns = head + _shape.Clusters - 1;
        var choice = target;
        Tensor tails = zeros(1);
        for (int cluster = 1; cluster < _shape.Clusters; cluster++)
        {
            int start = _shape.StartOf(cluster);
            var member = target.ge(start).logical_and(target.lt(_shape.StartOf(cluster + 1)));
            choice = choice.masked_fill(member, columns - cluster);
            var rows = member.nonzero().squeeze(1);
            if (rows.shape[0] > 0)
            {
                var logits = nn.functional.linear(
                    hidden.index_select(0, rows), word_emb.weight!.narrow(0, start, _shape.WordsOf(cluster)), out_bias.narrow(0, start, _shape.WordsOf(cluster)));
                tails += nn.functional.cross_entropy(logits, target.index_select(0, rows) - start, reduction: nn.Reduction.Sum);
            }
        }

        var weight = cat([word_emb.weight!.narrow(0, 0, head), cluster_weight]);
        var heads = nn.functional.cross_entropy(
            nn.functional.linear(hidden, weight, cat([out_bias.narrow(0, 0, head), cluster_bias])), choice, reduction: nn.Reduction.Sum);
        return (heads + tails.squeeze()) / target.shape[0];
    }
}
