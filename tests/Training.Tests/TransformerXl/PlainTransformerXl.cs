using Compression.Training.TransformerXl.Layers;

using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace Compression.Training.Tests.TransformerXl;

/// <summary>
/// Transformer-XL once more in TorchSharp's own operations, in double precision and without dropout, with one cluster of words. Each pair
/// of a query and a key looks its distance up by itself, where the published code shifts a table; segments, memory and masks are as there. Its tensors
/// are in the caller's scope.
/// T queries, K keys, B batch, D model, H heads, W width of a head.
/// </summary>
internal sealed class PlainTransformerXl
{
    private readonly TransformerXlShape _shape;
    private readonly Dictionary<string, Tensor> _weights;
    private Tensor?[] _memory;
    private int _memoryLength;
    private int _extension;

    /// <param name="shape">Sizes and kind of attention.</param>
    /// <param name="weights">Under the published names.</param>
    public PlainTransformerXl(TransformerXlShape shape, IEnumerable<(string Name, Tensor Values)> weights)
    {
        _shape = shape;
        _weights = weights.ToDictionary(one => one.Name, one => one.Values.detach().to(ScalarType.Float64).clone().requires_grad_());
        _memory = new Tensor?[shape.Layers + 1];
    }

    /// <summary>What is trained, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights => _weights;

    /// <summary>The hidden states that the next segment sees, of each layer's input and the last one's output.</summary>
    public IReadOnlyList<Tensor?> Memory => _memory;

    /// <summary>Begins a text.</summary>
    /// <param name="memory">Positions that are remembered.</param>
    /// <param name="extension">Positions at a segment's end that the next one reads again.</param>
    public void Begin(int memory, int extension) => (_memory, _memoryLength, _extension) = (new Tensor?[_shape.Layers + 1], memory, extension);

    /// <summary>Each target's nats, [T, B] in one row, to be differentiated.</summary>
    /// <param name="input_TB">Words, an extension before them included.</param>
    /// <param name="target_N">The words that follow the last rows.</param>
    public Tensor Nats(Tensor input_TB, Tensor target_N)
    {
        long queries = input_TB.shape[0], past = _memory[0]?.shape[0] ?? 0;
        var distance_TK = arange(queries).unsqueeze(1) + past - arange(past + queries).unsqueeze(0);
        var hidden_TK = distance_TK < 0;
        if (_shape.SameLength)
        {
            hidden_TK |= distance_TK >= _memoryLength;
        }

        distance_TK = distance_TK.clamp(min: 0);
        var words = _weights["word_emb.emb_layers.0.weight"];
        var x = words.index_select(0, input_TB.flatten()).view(queries, -1, _shape.ModelWidth) * Math.Sqrt(_shape.ModelWidth);
        if (_shape.Attention == AttentionType.Absolute)
        {
            x += Sinusoids(arange(queries - 1, -1, -1)).unsqueeze(1);
        }

        var states = new List<Tensor> { x };
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            if (_shape.Attention == AttentionType.LearnedAbsolute)
            {
                var learned = _weights["r_emb"].select(0, layer);
                x += learned.narrow(0, learned.shape[0] - queries, queries).view(queries, 1, -1);
            }

            x = FeedForward(layer, Attention(layer, x, distance_TK, hidden_TK));
            states.Add(x);
        }

        Remember(states);
        long rows = target_N.shape[0] / input_TB.shape[1];
        var logits = Functional.linear(x.narrow(0, queries - rows, rows).flatten(0, 1), words, _weights["crit.out_layers.0.bias"]);
        return Functional.cross_entropy(logits, target_N, reduction: nn.Reduction.None);
    }

    private Tensor Attention(int layer, Tensor x_TBD, Tensor distance_TK, Tensor hidden_TK)
    {
        string at = $"layers.{layer}.dec_attn";
        int inner = _shape.Heads * _shape.HeadWidth;
        var all_KBD = _memory[layer] is { } memory ? cat([memory, x_TBD]) : x_TBD;
        var read_KBD = _shape.PreNorm ? Normalized(all_KBD, $"{at}.layer_norm") : all_KBD;
        bool oneProjection = _shape.Attention is AttentionType.Relative or AttentionType.LearnedRelative;
        var queries = oneProjection
            ? Functional.linear(read_KBD.narrow(0, all_KBD.shape[0] - x_TBD.shape[0], x_TBD.shape[0]), _weights[$"{at}.qkv_net.weight"].narrow(0, 0, inner))
            : Functional.linear(x_TBD, _weights[$"{at}.q_net.weight"]);
        var keysValues = Functional.linear(
            read_KBD, oneProjection ? _weights[$"{at}.qkv_net.weight"].narrow(0, inner, 2 * inner) : _weights[$"{at}.kv_net.weight"]).chunk(2, -1);
        var (q, k, v) = (Heads(queries), Heads(keysValues[0]), Heads(keysValues[1]));

        var scores_BHTK = Scores(layer, q, k, distance_TK) / Math.Sqrt(_shape.HeadWidth);
        var share_BHTK = scores_BHTK.masked_fill(hidden_TK, double.NegativeInfinity).softmax(-1);
        var attended = einsum("bhtk,kbhw->tbhw", share_BHTK, v).flatten(2, 3);
        var sum = x_TBD + Functional.linear(attended, _weights[$"{at}.o_net.weight"]);
        return _shape.PreNorm ? sum : Normalized(sum, $"{at}.layer_norm");
    }

    private Tensor Scores(int layer, Tensor q_TBHW, Tensor k_KBHW, Tensor distance_TK)
    {
        switch (_shape.Attention)
        {
            case AttentionType.Relative:
                var r = Functional.linear(Sinusoids(distance_TK.flatten()), _weights[$"layers.{layer}.dec_attn.r_net.weight"])
                    .view(distance_TK.shape[0], distance_TK.shape[1], _shape.Heads, _shape.HeadWidth);
                return einsum("tbhw,kbhw->bhtk", q_TBHW + _weights["r_w_bias"], k_KBHW) + einsum("tbhw,tkhw->bhtk", q_TBHW + _weights["r_r_bias"], r);
            case AttentionType.LearnedRelative:
                // The last row is distance 0; beyond the first that counts, all are like it.
                long known = _weights["r_emb"].shape[1], told = _shape.ClampLength > 0 ? Math.Min(known, _shape.ClampLength) : known;
                var row = known - 1 - distance_TK.clamp(max: told - 1).flatten();
                var embedding = _weights["r_emb"].select(0, layer).index_select(0, row).view(distance_TK.shape[0], distance_TK.shape[1], _shape.Heads, _shape.HeadWidth);
                var bias = _weights["r_bias"].select(0, layer).index_select(0, row).view(distance_TK.shape[0], distance_TK.shape[1], _shape.Heads);
                return einsum("tbhw,kbhw->bhtk", q_TBHW + _weights["r_w_bias"].select(0, layer), k_KBHW)
                    + einsum("tbhw,tkhw->bhtk", q_TBHW, embedding) + bias.permute(2, 0, 1);
            default:
                return einsum("tbhw,kbhw->bhtk", q_TBHW, k_KBHW);
        }
    }

    private Tensor FeedForward(int layer, Tensor x)
    {
        string at = $"layers.{layer}.pos_ff";
        var read = _shape.PreNorm ? Normalized(x, $"{at}.layer_norm") : x;
        var inner = Functional.relu(Functional.linear(read, _weights[$"{at}.CoreNet.0.weight"], _weights[$"{at}.CoreNet.0.bias"]));
        var sum = x + Functional.linear(inner, _weights[$"{at}.CoreNet.3.weight"], _weights[$"{at}.CoreNet.3.bias"]);
        return _shape.PreNorm ? sum : Normalized(sum, $"{at}.layer_norm");
    }

    private Tensor Normalized(Tensor x, string at) => Functional.layer_norm(x, [_shape.ModelWidth], _weights[$"{at}.weight"], _weights[$"{at}.bias"]);

    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _shape.Heads, _shape.HeadWidth);

    private Tensor Sinusoids(Tensor distances)
    {
        var far = distances.to(ScalarType.Float64);
        far = _shape.ClampLength > 0 ? far.clamp(max: _shape.ClampLength) : far;
        var angles = far.unsqueeze(1) / pow(10000, arange(0, _shape.ModelWidth, 2).to(ScalarType.Float64) / _shape.ModelWidth);
        return cat([angles.sin(), angles.cos()], 1);
    }

    private void Remember(List<Tensor> states)
    {
        if (_memoryLength == 0)
        {
            return;
        }

        for (int i = 0; i < states.Count; i++)
        {
            var all = _memory[i] is { } before ? cat([before, states[i].detach()]) : states[i].detach();
            long end = all.shape[0] - _extension, begin = Math.Max(0, end - _memoryLength);
            _memory[i] = all.narrow(0, begin, end - begin).clone();
        }
    }
}
