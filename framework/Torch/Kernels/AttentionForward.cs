using System.Numerics.Tensors;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// Transformer-XL's relative attention (Dai et al. 2019, section 3.3). The shift of the positional scores is an addition at another address, and masked
/// scores are never looked at.
/// </summary>
internal readonly unsafe struct AttentionForward(AttentionSizes sizes, AttentionData data, float* probabilities, float* output) : IKernelJob
{
    [ThreadStatic]
    private static NativeBuffer? s_space;

    /// <summary>Attends.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="sizes">Of the tensors.</param>
    /// <param name="data">The tensors.</param>
    /// <param name="probabilities">Out, [B, H, Q, K]; null where nobody asks for them.</param>
    /// <param name="output">Out, [Q, B, H·W].</param>
    internal static void Run(ThreadTeam team, AttentionSizes sizes, AttentionData data, float* probabilities, float* output)
    {
        var job = new AttentionForward(sizes, data, probabilities, output);
        team.Run(ref job, sizes.Parts);
    }

    public void Execute(int part)
    {
        int scores = sizes.Scores;
        float* other = (s_space ??= new NativeBuffer()).Take((2 * (nint)scores) + ((nint)sizes.Queries * sizes.Width)), biased = other + (2 * (nint)scores);
        float* mine = probabilities == null ? other + scores : probabilities + ((nint)part * scores);
        var head = new AttentionHead(sizes, data, part);
        Attend(head, mine, other, biased);
        float* weights = mine;
        if (data.Drop != null)
        {
            TensorPrimitives.Multiply(new ReadOnlySpan<float>(mine, scores), new ReadOnlySpan<float>(data.Drop + ((nint)part * scores), scores), new Span<float>(other, scores));
            weights = other;
        }

        new MatrixProduct(
            MatrixView.RowMajor(weights, sizes.Keys), head.Values, sizes.Queries, sizes.Width, sizes.Keys, output + head.Offset, head.RowStride)
            .Run(ThreadTeam.Single);
    }

    // Leaves the probabilities [Q, K] in `p`.
    private void Attend(in AttentionHead head, float* p, float* other, float* biased)
    {
        var queries = MatrixView.RowMajor(biased, sizes.Width);
        head.BiasedQueries(head.ContentBias, biased);
        var scores = new MatrixProduct(queries, head.Keys.Transposed, sizes.Queries, sizes.Keys, sizes.Width, p, sizes.Keys) { Alpha = sizes.Scale };
        scores.Run(ThreadTeam.Single);
        head.BiasedQueries(head.PositionBias, biased);
        (scores with { B = head.Positions.Transposed, C = other }).Run(ThreadTeam.Single);
        for (int i = 0; i < sizes.Queries; i++)
        {
            float* row = p + ((nint)i * sizes.Keys);
            int first = sizes.First(i), end = sizes.End(i);
            var seen = new Span<float>(row + first, end - first);
            TensorPrimitives.Add(seen, new ReadOnlySpan<float>(other + ((nint)i * sizes.Keys) + sizes.Shifted(i, first), end - first), seen);
            LogSumExp.AndSoftmax(row + first, end - first, 1);
            new Span<float>(row, first).Clear();
            new Span<float>(row + end, sizes.Keys - end).Clear();
        }
    }
}
