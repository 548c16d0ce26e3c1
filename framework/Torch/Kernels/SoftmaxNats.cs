using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// The cross entropy of rows of logits at their targets, in nats. Where a gradient is asked for, the logits become it in place:
/// (softmax − one hot) · scale.
/// </summary>
internal readonly unsafe struct SoftmaxNats(float* logits, long* targets, int rows, int choices, float scale, double* nats) : IKernelJob
{
    private const int RowsOfPart = 8;

    /// <summary>Computes all rows; a scale of 0 asks for no gradient.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="logits">[rows, choices].</param>
    /// <param name="targets">[rows].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="choices">Columns.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="nats">Out, [rows].</param>
    internal static void Run(ThreadTeam team, float* logits, long* targets, int rows, int choices, float scale, double* nats)
    {
        var job = new SoftmaxNats(logits, targets, rows, choices, scale, nats);
        team.Run(ref job, (rows + RowsOfPart - 1) / RowsOfPart);
    }

    public void Execute(int part)
    {
        for (int i = part * RowsOfPart; i < Math.Min(rows, (part + 1) * RowsOfPart); i++)
        {
            float* row = logits + ((nint)i * choices);
            double right = row[targets[i]];
            if (scale == 0)
            {
                nats[i] = LogSumExp.Of(row, choices) - right;
            }
            else
            {
                nats[i] = LogSumExp.AndSoftmax(row, choices, scale) - right;
                row[targets[i]] -= scale;
            }
        }
    }
}
