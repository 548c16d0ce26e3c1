using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>The gradients of relative attention. Sums over the sequences are left to the caller, who makes them in order.</summary>
internal readonly unsafe struct AttentionBackward(AttentionSizes sizes, AttentionData data, AttentionGradients gradients) : IKernelJob
{
    [ThreadStatic]
    private static NativeBuffer? s_space;

    /// <summary>Computes them.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="sizes">Of the tensors.</param>
    /// <param name="data">The tensors.</param>
    /// <param name="gradients">In and out.</param>
    internal static void Run(ThreadTeam team, AttentionSizes sizes, AttentionData data, AttentionGradients gradients)
    {
        var job = new AttentionBackward(sizes, data, gradients);
        team.Run(ref job, sizes.Parts);
    }

    public void Execute(int part)
    {
        int scores = sizes.Scores, rows = sizes.Queries * sizes.Width;
        float* grad = (s_space ??= new NativeBuffer()).Take((2 * (nint)scores) + (3 * (nint)rows)), other = grad + scores;
        float* biased = other + scores, byContent = biased + rows, byPosition = byContent + rows;
        var head = new AttentionHead(sizes, data, part);
        var output = new MatrixView(gradients.OutputGrad + head.Offset, head.RowStride, 1);
        float* probabilities = gradients.Probabilities + ((nint)part * scores), keyGrad = gradients.KeysValuesGrad + head.KeyOffset;
        float* drop = data.Drop == null ? null : data.Drop + ((nint)part * scores);

        // Of the values, and of the weights.
        if (drop != null)
        {
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(probabilities, scores), new ReadOnlySpan<float>(drop, scores), new Span<float>(other, scores));
        }

        Multiply(MatrixView.RowMajor(drop != null ? other : probabilities, sizes.Keys).Transposed, output, sizes.Keys, sizes.Width, sizes.Queries, keyGrad + sizes.Inner, head.Keys.RowStride);
        Multiply(output, head.Values.Transposed, sizes.Queries, sizes.Keys, sizes.Width, grad, sizes.Keys);
        ScoreGradients(head, probabilities, drop, grad, other);

        // Of the keys, the positions, the queries and the biases.
        MatrixView score = MatrixView.RowMajor(grad, sizes.Keys), shifted = MatrixView.RowMajor(other, sizes.Keys), queries = MatrixView.RowMajor(biased, sizes.Width);
        head.BiasedQueries(head.ContentBias, biased);
        Multiply(score.Transposed, queries, sizes.Keys, sizes.Width, sizes.Queries, keyGrad, head.Keys.RowStride);
        Multiply(score, head.Keys, sizes.Queries, sizes.Width, sizes.Keys, byContent, sizes.Width);
        head.BiasedQueries(head.PositionBias, biased);
        Multiply(shifted.Transposed, queries, sizes.Keys, sizes.Width, sizes.Queries, gradients.PositionParts + ((nint)part * sizes.Keys * sizes.Width), sizes.Width);
        Multiply(shifted, head.Positions, sizes.Queries, sizes.Width, sizes.Keys, byPosition, sizes.Width);
        AddRows(byContent, gradients.BiasParts + ((nint)part * sizes.Width));
        AddRows(byPosition, gradients.BiasParts + ((nint)(sizes.Parts + part) * sizes.Width));
        for (int i = 0; i < sizes.Queries; i++)
        {
            TensorPrimitives.Add(Row(byContent, i), Row(byPosition, i), new Span<float>(gradients.QueriesGrad + head.Offset + (i * head.RowStride), sizes.Width));
        }
    }

    // In: the gradient of the weights. Out: that of the scores in `grad`, and shifted to the places of the positional scores in `other`.
    private void ScoreGradients(in AttentionHead head, float* probabilities, float* drop, float* grad, float* other)
    {
        new Span<float>(other, sizes.Scores).Clear();
        for (int i = 0; i < sizes.Queries; i++)
        {
            // The sum of p times its gradient is that of the output times its own.
            nint place = head.Offset + (i * head.RowStride), row = (nint)i * sizes.Keys;
            float mean = DotProduct.Of(gradients.Output + place, gradients.OutputGrad + place, sizes.Width);
            if (drop != null)
            {
                TensorPrimitives.Multiply(new ReadOnlySpan<float>(grad + row, sizes.Keys), new ReadOnlySpan<float>(drop + row, sizes.Keys), new Span<float>(grad + row, sizes.Keys));
            }

            SoftmaxGradient(probabilities + row, mean, grad + row);
            int first = sizes.First(i), count = sizes.End(i) - first;
            new ReadOnlySpan<float>(grad + row + first, count).CopyTo(new Span<float>(other + row + sizes.Shifted(i, first), count));
        }
    }

    // g ← p (g − mean) · scale.
    private void SoftmaxGradient(float* p, float mean, float* g)
    {
        Vector512<float> means = Vector512.Create(mean), scales = Vector512.Create(sizes.Scale);
        for (int j = 0; j < sizes.Keys; j += Vector512<float>.Count)
        {
            int count = sizes.Keys - j;
            Partial.Store(Partial.Load(p + j, count) * (Partial.Load(g + j, count) - means) * scales, g + j, count);
        }
    }

    private ReadOnlySpan<float> Row(float* rows, int i) => new(rows + ((nint)i * sizes.Width), sizes.Width);

    private void AddRows(float* rows, float* sum)
    {
        var to = new Span<float>(sum, sizes.Width);
        for (int i = 0; i < sizes.Queries; i++)
        {
            TensorPrimitives.Add(to, Row(rows, i), to);
        }
    }

    private static void Multiply(MatrixView a, MatrixView b, int rows, int columns, int depth, float* c, nint cRow) =>
        new MatrixProduct(a, b, rows, columns, depth, c, cRow).Run(ThreadTeam.Single);
}

/// <summary>What the backward pass of attention reads besides the inputs, and writes.</summary>
internal unsafe struct AttentionGradients
{
    /// <summary>[B, H, Q, K].</summary>
    internal float* Probabilities;

    /// <summary>[Q, B, H·W]: the output and its gradient.</summary>
    internal float* Output, OutputGrad;

    /// <summary>Out, of the queries' shape.</summary>
    internal float* QueriesGrad;

    /// <summary>Out, of keys' and values' shape.</summary>
    internal float* KeysValuesGrad;

    /// <summary>Out, [B, H, K, W]: each sequence's share of the positions' gradient.</summary>
    internal float* PositionParts;

    /// <summary>In and out, [2, B, H, W]: each sequence's share of the biases' gradients, content before position.</summary>
    internal float* BiasParts;
}
