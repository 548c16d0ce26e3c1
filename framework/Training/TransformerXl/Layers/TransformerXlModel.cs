using Compression.Torch.Fused;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// Transformer-XL (Dai et al. 2019): a decoder whose attention reaches into the hidden states of earlier segments. Parameters carry the
/// published code's names. Axes: T time, B batch, D model, H heads, W width of a head.
/// </summary>
public sealed class TransformerXlModel : nn.Module
{
    private readonly TransformerXlShape _shape;
    private readonly ReducedPrecision? _precision;
    private readonly AdaptiveEmbedding _embedding;
    private readonly DecoderLayer[] _layers;
    private readonly AdaptiveSoftmax _softmax;
    private readonly Dictionary<string, Parameter> _positions = [];
    private SinusoidalPositions? _sinusoids;

    /// <param name="shape">Sizes; the parameters are not yet initialized.</param>
    /// <param name="precision">Of hidden states; null for float32.</param>
    public TransformerXlModel(TransformerXlShape shape, ReducedPrecision? precision = null)
        : base(nameof(TransformerXlModel))
    {
        (_shape, _precision) = (shape, precision);
        foreach (var slot in shape.Layout().Slots.Where(slot => !slot.Name.Contains('.', StringComparison.Ordinal)))
        {
            _positions[slot.Name] = nn.Parameter(empty([.. slot.Shape]));
            register_parameter(slot.Name, _positions[slot.Name]);
        }

        _embedding = new AdaptiveEmbedding(shape);
        _layers = [.. Enumerable.Range(0, shape.Layers).Select(_ => new DecoderLayer(shape, precision))];
        _softmax = new AdaptiveSoftmax(shape, _embedding);
        register_module("word_emb", _embedding);
        var layers = new NumberedParts("layers");
        for (int i = 0; i < _layers.Length; i++)
        {
            layers.register_module($"{i}", _layers[i]);
        }

        register_module("layers", layers);
        register_module("crit", _softmax);
    }

    /// <summary>A memory for this model, empty.</summary>
    /// <param name="length">Positions that it keeps.</param>
    /// <param name="extension">Positions at the end of a segment that the next one reads again.</param>
    public SegmentMemory NewMemory(int length, int extension = 0) => new(_shape.Layers + 1, length, extension);

    /// <summary>Mean cross entropy in nats, to be differentiated, and each target's own as a constant.</summary>
    /// <param name="input_TB">Token ids; T may exceed the targets' by an extension that stands before them.</param>
    /// <param name="target_N">The ids that follow the last rows, row-major, B of each row.</param>
    /// <param name="memory">Of this text; takes over the segment's states.</param>
    public (Tensor Mean, Tensor Each_N) Loss(Tensor input_TB, Tensor target_N, SegmentMemory memory)
    {
        var hidden_TBD = Hidden(input_TB, memory);
        long rows = target_N.shape[0] / input_TB.shape[1];
        return _softmax.Loss(hidden_TBD.narrow(0, input_TB.shape[0] - rows, rows).flatten(0, 1), target_N);
    }

    /// <summary>Log-probabilities of the word after the last of each column, [B, V], without a gradient.</summary>
    public Tensor NextWord(Tensor input_TB, SegmentMemory memory)
    {
        using var noGradient = no_grad();
        return _softmax.LogProbabilities(Hidden(input_TB, memory).select(0, input_TB.shape[0] - 1));
    }

    private Tensor Hidden(Tensor input_TB, SegmentMemory memory)
    {
        long queries = input_TB.shape[0], keys = queries + memory.Length;
        int reach = _shape.SameLength ? memory.MaxLength : 0;
        var words = _embedding.Forward(input_TB);
        var sinusoids = _shape.Attention is AttentionType.Relative or AttentionType.Absolute ? Sinusoids(keys, words.device) : null;
        var x = Reduce(Drop(_shape.Attention == AttentionType.Absolute ? words + sinusoids!.narrow(0, keys - queries, queries).unsqueeze(1) : words));
        var dropped = _shape.Attention == AttentionType.Relative ? Reduce(Drop(sinusoids!)) : null;
        var states = new List<Tensor>(_layers.Length + 1) { x };
        for (int layer = 0; layer < _layers.Length; layer++)
        {
            if (_shape.Attention == AttentionType.LearnedAbsolute)
            {
                var learned = _positions["r_emb"].select(0, layer);
                x = Reduce(x + learned.narrow(0, learned.shape[0] - queries, queries).view(queries, 1, -1));
            }

            x = _layers[layer].Forward(x, memory[layer]?.to(x.dtype), EncodingOf(layer, dropped), reach);
            states.Add(x);
        }

        memory.Append(states);
        return Drop(x);
    }

    private PositionEncoding EncodingOf(int layer, Tensor? sinusoids)
    {
        switch (_shape.Attention)
        {
            case AttentionType.Relative:
                return new PositionEncoding(sinusoids, _positions["r_w_bias"], _positions["r_r_bias"]);
            case AttentionType.LearnedRelative:
                var distances = _positions["r_emb"].select(0, layer);
                var biases = _positions["r_bias"].select(0, layer);
                if (_shape.ClampLength > 0 && _shape.ClampLength < distances.shape[0])
                {
                    long first = distances.shape[0] - _shape.ClampLength;
                    (distances, biases) = (distances.narrow(0, first, _shape.ClampLength), biases.narrow(0, first, _shape.ClampLength));
                }

                return new PositionEncoding(distances, _positions["r_w_bias"].select(0, layer), biases);
            default:
                return default;
        }
    }

    private Tensor Sinusoids(long keys, Device device) =>
        (_sinusoids ??= new SinusoidalPositions(_shape.ModelWidth, _shape.ClampLength, device)).For(keys);

    private Tensor Reduce(Tensor x) => ReducedPrecision.Reduce(_precision, x);

    private Tensor Drop(Tensor x) => FusedDropout.Apply(x, _shape.Dropout, training);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sinusoids?.Dispose();
        }

        base.Dispose(disposing);
    }
}
