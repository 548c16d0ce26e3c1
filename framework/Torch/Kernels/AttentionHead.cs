using System.Numerics.Tensors;

namespace Compression.Torch.Kernels;

/// <summary>One head of one sequence, as views of the whole tensors.</summary>
internal readonly unsafe struct AttentionHead
{
    private readonly AttentionSizes _sizes;
    private readonly float* _queries;

    /// <param name="sizes">Of the whole.</param>
    /// <param name="data">The whole.</param>
    /// <param name="part">Which head of which sequence.</param>
    internal AttentionHead(AttentionSizes sizes, in AttentionData data, int part)
    {
        _sizes = sizes;
        int head = part % sizes.Heads, sequence = part / sizes.Heads;
        Offset = ((nint)sequence * sizes.Inner) + ((nint)head * sizes.Width);
        nint ofKeys = (2 * (nint)sequence * sizes.Inner) + ((nint)head * sizes.Width), keyStride = 2 * (nint)sizes.Batch * sizes.Inner;
        _queries = data.Queries + Offset;
        KeyOffset = ofKeys;
        Keys = new MatrixView(data.KeysValues + ofKeys, keyStride, 1);
        Values = new MatrixView(data.KeysValues + ofKeys + sizes.Inner, keyStride, 1);
        Positions = new MatrixView(data.Positions + ((nint)head * sizes.Width), sizes.Inner, 1);
        ContentBias = data.ContentBias + ((nint)head * sizes.Width);
        PositionBias = data.PositionBias + ((nint)head * sizes.Width);
    }

    /// <summary>Where the head begins in queries and outputs, whose rows are <see cref="RowStride"/> apart.</summary>
    internal nint Offset { get; }

    internal nint RowStride => (nint)_sizes.Batch * _sizes.Inner;

    /// <summary>Where its keys begin among keys and values.</summary>
    internal nint KeyOffset { get; }

    internal MatrixView Keys { get; }

    internal MatrixView Values { get; }

    internal MatrixView Positions { get; }

    internal float* ContentBias { get; }

    internal float* PositionBias { get; }

    /// <summary>Queries plus a bias, [Q, W].</summary>
    internal void BiasedQueries(float* bias, float* to)
    {
        for (int i = 0; i < _sizes.Queries; i++)
        {
            TensorPrimitives.Add(
                new ReadOnlySpan<float>(_queries + (i * RowStride), _sizes.Width),
                new ReadOnlySpan<float>(bias, _sizes.Width),
                new Span<float>(to + ((nint)i * _sizes.Width), _sizes.Width));
        }
    }
}

/// <summary>The tensors that attention reads.</summary>
internal unsafe struct AttentionData
{
    /// <summary>[Q, B, H·W].</summary>
    internal float* Queries;

    /// <summary>[K, B, 2·H·W].</summary>
    internal float* KeysValues;

    /// <summary>[K, H·W].</summary>
    internal float* Positions;

    /// <summary>[H, W] each.</summary>
    internal float* ContentBias, PositionBias;

    /// <summary>Factors of the probabilities, [B, H, Q, K]; null for none.</summary>
    internal float* Drop;
}
