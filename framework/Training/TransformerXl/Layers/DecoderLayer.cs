using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>Attention, then the position-wise layer.</summary>
internal sealed class DecoderLayer : nn.Module
{
    private readonly DecoderAttention _attention;
    private readonly FeedForward _feedForward;
    private readonly ReducedPrecision? _precision;

    public DecoderLayer(TransformerXlShape shape, ReducedPrecision? precision)
        : base(nameof(DecoderLayer))
    {
        _precision = precision;
        _attention = shape.Attention switch
        {
            AttentionType.Relative => new RelativeAttention(shape),
            AttentionType.LearnedRelative => new LearnedRelativeAttention(shape),
            _ => new AbsoluteAttention(shape),
        };
        _feedForward = new FeedForward(shape);
        register_module("dec_attn", _attention);
        register_module("pos_ff", _feedForward);
    }

    public Tensor Forward(Tensor x_TBD, Tensor? memory_MBD, PositionEncoding positions, int reach) =>
        ReducedPrecision.Reduce(_precision, _feedForward.Forward(
            ReducedPrecision.Reduce(_precision, _attention.Forward(x_TBD, memory_MBD, positions, reach))));
}
