using Compression.Torch.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Fused;

/// <summary>
/// The softmax of a large vocabulary: over a sample for training (Bengio and Senécal 2003; Jean et al. 2015, "On Using Very Large Target
/// Vocabulary"), over all words in pieces for evaluation. A word is a row of D weights with its bias behind them. Axes: N positions,
/// D width, S candidates, R words that take part.
/// </summary>
public static class FusedSampledSoftmax
{
    private const float Impossible = -1e30f;

    /// <summary>
    /// The mean over N of weight · nats, where each target competes with the candidates other than itself, and every logit is lessened by
    /// the log of how often its word is expected among the candidates. Differentiable once, in hidden and rows.
    /// </summary>
    /// <param name="hidden">[N, D].</param>
    /// <param name="rows">[R, D+1], the candidates first.</param>
    /// <param name="truth">Int64 [N]: each target's row.</param>
    /// <param name="logExpectedCandidates">[S].</param>
    /// <param name="logExpectedTruth">[N].</param>
    /// <param name="weights">[N].</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit, or a target out of range.</exception>
    public static Tensor Mean(
        Tensor hidden, Tensor rows, Tensor truth, Tensor logExpectedCandidates, Tensor logExpectedTruth, Tensor weights)
    {
        if (FusedDevice.Takes(hidden, rows, logExpectedCandidates, logExpectedTruth, weights) && FusedDevice.TakesIndices(truth))
        {
            return new SampledSoftmaxCall(hidden, rows, truth, logExpectedCandidates, logExpectedTruth, weights).Run();
        }

        return PlainMean(hidden, rows, truth, logExpectedCandidates, logExpectedTruth, weights);
    }

    /// <summary>
    /// Adds words to a softmax's denominator: <c>logSums[i] = log(exp(logSums[i]) + Σ_j exp(logit of word j at position i))</c>. Begin with
    /// −∞. Holds the logits of a few thousand words at a time.
    /// </summary>
    /// <param name="hidden">[N, D].</param>
    /// <param name="rows">Some words, [R, D+1], where the hidden states are or on the host.</param>
    /// <param name="logSums">Float64 [N], in and out; on the host.</param>
    public static void AddLogSums(Tensor hidden, Tensor rows, Tensor logSums)
    {
        if (FusedDevice.Takes(hidden, rows))
        {
            LogSums.Add(hidden, rows, logSums);
        }
        else
        {
            PlainAddLogSums(hidden, rows, logSums);
        }
    }

    /// <summary><see cref="Mean"/> in TorchSharp's public functions.</summary>
    internal static Tensor PlainMean(
        Tensor hidden, Tensor rows, Tensor truth, Tensor logExpectedCandidates, Tensor logExpectedTruth, Tensor weights)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = hidden.shape[1], candidates = logExpectedCandidates.shape[0];
        Tensor drawn = rows.narrow(0, 0, candidates);
        Tensor logits = nn.functional.linear(hidden, drawn.narrow(1, 0, width), drawn.narrow(1, width, 1).flatten() - logExpectedCandidates);
        Tensor drawnAsWell = truth.unsqueeze(1).eq(arange(candidates, ScalarType.Int64, truth.device).unsqueeze(0));
        logits = logits.masked_fill(drawnAsWell, Impossible);
        Tensor words = DeviceOperators.Rows(rows, truth);
        Tensor right = (hidden * words.narrow(1, 0, width)).sum(1) + words.narrow(1, width, 1).flatten() - logExpectedTruth;
        Tensor all = cat([logits, right.unsqueeze(1)], 1);
        Tensor nats = -nn.functional.log_softmax(all, 1).select(1, candidates);
        return (nats * weights).mean().MoveToOuterDisposeScope();
    }

    private static void PlainAddLogSums(Tensor hidden, Tensor rows, Tensor logSums)
    {
        const long WordsAtOnce = 4096;
        long width = hidden.shape[1];
        using Tensor sums = DeviceTransfer.To(logSums, hidden.device);
        for (long first = 0; first < rows.shape[0]; first += WordsAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor words = DeviceTransfer.To(rows.narrow(0, first, Math.Min(WordsAtOnce, rows.shape[0] - first)), hidden.device);
            Tensor logits = nn.functional.linear(hidden, words.narrow(1, 0, width), words.narrow(1, width, 1).flatten());
            Tensor more = LogSum(logits.to(ScalarType.Float64));
            sums.copy_(LogSum(cat([sums.unsqueeze(1), more.unsqueeze(1)], 1)));
        }

        if (!DeviceTransfer.IsOn(logSums, hidden.device))
        {
            DeviceTransfer.Copy(logSums, sums);
        }
    }

    // Over the columns, of which the last is finite.
    private static Tensor LogSum(Tensor values)
    {
        long last = values.shape[1] - 1;
        return values.select(1, last) - nn.functional.log_softmax(values, 1).select(1, last);
    }
}
