using Compression.Training.TransformerXl.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>What all layers read of positions.</summary>
/// <param name="Encoding">Sinusoids [K, D].</param>
/// <param name="ContentBias">u [H, W].</param>
/// <param name="DistanceBias">v [H, W].</param>
/// <param name="Mask">True where a query sees no key, [Q, K, 1, 1].</param>
internal sealed record PeerPositions(Tensor Encoding, Tensor ContentBias, Tensor DistanceBias, Tensor Mask);

/// <summary>A layer of <see cref="TransformerXlPeer"/>. Axes: Q queries, K keys, B batch, D model, H heads, W width of a head.</summary>
internal sealed class TransformerXlPeerLayer : nn.Module
{
    private readonly Linear qkv_net;
    private readonly Linear r_net;
    private readonly Linear o_net;
    private readonly LayerNorm attn_norm;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly LayerNorm ff_norm;
    private readonly Dropout drop;
    private readonly int _heads;
    private readonly int _width;

    /// <param name="shape">Sizes.</param>
    public TransformerXlPeerLayer(TransformerXlShape shape)
        : base(nameof(TransformerXlPeerLayer))
    {
        (_heads, _width) = (shape.Heads, shape.HeadWidth);
        qkv_net = nn.Linear(shape.ModelWidth, 3 * shape.InnerAttention, hasBias: false);
        r_net = nn.Linear(shape.ModelWidth, shape.InnerAttention, hasBias: false);
        o_net = nn.Linear(shape.InnerAttention, shape.ModelWidth, hasBias: false);
        attn_norm = nn.LayerNorm(shape.ModelWidth);
        expand = nn.Linear(shape.ModelWidth, shape.InnerWidth);
        contract = nn.Linear(shape.InnerWidth, shape.ModelWidth);
        ff_norm = nn.LayerNorm(shape.ModelWidth);
        drop = nn.Dropout(shape.Dropout);
        RegisterComponents();
    }

    /// <summary>Attention, then the position-wise layer, each with its residual connection and norm.</summary>
    /// <param name="x">[Q, B, D].</param>
    /// <param name="memory">[K − Q, B, D], a constant.</param>
    /// <param name="positions">As all layers read them.</param>
    public Tensor Forward(Tensor x, Tensor memory, PeerPositions positions)
    {
        x = attn_norm.forward(x + drop.forward(o_net.forward(Attended(x, memory, positions))));
        return ff_norm.forward(x + drop.forward(contract.forward(drop.forward(nn.functional.relu(expand.forward(x))))));
    }

    private Tensor Attended(Tensor x, Tensor memory, PeerPositions positions)
    {
        long queries = x.shape[0], keys = queries + memory.shape[0], batch = x.shape[1];
        var parts = qkv_net.forward(cat([memory, x])).chunk(3, -1);
        var q = parts[0].narrow(0, keys - queries, queries).view(queries, batch, _heads, _width);
        var k = parts[1].view(keys, batch, _heads, _width);
        var value = parts[2].view(keys, batch, _heads, _width);
        var r = r_net.forward(positions.Encoding).view(keys, _heads, _width);
        var content = einsum("ibnd,jbnd->ijbn", q + positions.ContentBias, k);
        var distance = ByKey(einsum("ibnd,jnd->ijbn", q + positions.DistanceBias, r));
        var scores = ((content + distance) / Math.Sqrt(_width)).masked_fill(positions.Mask, float.NegativeInfinity);
        return einsum("ijbn,jbnd->ibnd", scores.softmax(1), value).reshape(queries, batch, (long)_heads * _width);
    }

    // Scores by distance to scores by key, [Q, K, B, H]: the published shift.
    private static Tensor ByKey(Tensor scores)
    {
        long queries = scores.shape[0], keys = scores.shape[1], batch = scores.shape[2], heads = scores.shape[3];
        var padded = cat([zeros(queries, 1, batch, heads), scores], 1);
        return padded.view(keys + 1, queries, batch, heads).narrow(0, 1, keys).view_as(scores);
    }
}
