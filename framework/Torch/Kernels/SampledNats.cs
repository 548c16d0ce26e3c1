using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// Rows of logits over the candidates of a sampled softmax: adds each row's target as the last column, and gives its weighted nats. Where a gradient
/// is asked for, the logits become it in place, times weight / rows.
/// </summary>
internal readonly unsafe struct SampledNats(SampledNatsData data, int rows, int width, int candidates, bool gradient) : IKernelJob
{
    // A logit that no softmax notices, and that takes part in no arithmetic of infinities.
    private const float Impossible = -1e30f;
    private const int RowsOfPart = 8;

    /// <summary>Parts of the job.</summary>
    internal int Parts => (rows + RowsOfPart - 1) / RowsOfPart;

    public void Execute(int part)
    {
        int choices = candidates + 1;
        for (int i = part * RowsOfPart; i < Math.Min(rows, (part + 1) * RowsOfPart); i++)
        {
            float* row = data.Logits + ((nint)i * choices), word = data.Rows + (data.Truth[i] * (width + 1));
            if (data.Truth[i] < candidates)
            {
                // The target was drawn as well.
                row[data.Truth[i]] = Impossible;
            }

            float right = DotProduct.Of(data.Hidden + ((nint)i * width), word, width) + word[width] - data.LogExpectedTruth[i];
            row[candidates] = right;
            float scale = data.Weights[i] / rows;
            double logSum = gradient ? LogSumExp.AndSoftmax(row, choices, scale) : LogSumExp.Of(row, choices);
            data.Nats[i] = data.Weights[i] * (logSum - right);
            if (gradient)
            {
                row[candidates] -= scale;
            }
        }
    }
}

/// <summary>What the rows read and write; N rows, D width, S candidates.</summary>
internal unsafe struct SampledNatsData
{
    /// <summary>[N, D].</summary>
    internal float* Hidden;

    /// <summary>[words, D + 1].</summary>
    internal float* Rows;

    /// <summary>[N]: rows of the targets.</summary>
    internal long* Truth;

    /// <summary>[N] each.</summary>
    internal float* LogExpectedTruth, Weights;

    /// <summary>In and out, [N, S + 1].</summary>
    internal float* Logits;

    /// <summary>Out, [N].</summary>
    internal double* Nats;
}
