using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Options of <see cref="DgcSparsifier"/>.</summary>
public sealed record DgcOptions : RatioOptions
{
    /// <summary>Share of the entries in the sample.</summary>
    [Option("sample", "share of the entries from which the threshold is estimated", Flag = "dgc_sample", Min = 0, MinExclusive = true, Max = 1)]
    public double Sample { get; init; } = 0.01;
}

/// <summary>
/// The selection of Deep Gradient Compression (Lin et al. 2018, section 3 and appendix): a threshold from a strided sample, corrected
/// until the number of entries at or above it lies in [0.8k, 1.3k]. Too many: the k-th largest of them becomes the threshold (the paper's
/// hierarchical selection). Too few: the threshold is lowered by a fifth, at most ten times.
/// </summary>
/// <param name="options">Ratio and sample.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "dgc", AlgorithmRole.Sparsifier, "Lin et al. 2018",
    DiffersFromPaper = "the sample is strided, and too low a count lowers the threshold by a fifth at a time; momentum correction, masking and clipping are --memory momentum, the warm-up is --warmup_epochs")]
public sealed class DgcSparsifier(DgcOptions options, ComponentContext context) : ISparsifier
{
    private const int MaxRounds = 10;

    private readonly ThreadTeam _team = context.Team;
    private readonly Scratch<float> _sample = new();
    private readonly Candidates _chosen = new();

    public bool CompletesSum => true;

    public Selection Select(in GradientView gradient)
    {
        var values = gradient.Deferred;
        if (values.Values.IsEmpty)
        {
            return default;
        }

        int k = options.CountIn(gradient.Step, values.Values.Length);
        uint threshold = Estimate(gradient, k);
        for (int round = 0; ; round++)
        {
            values.CollectAbove(_team, threshold, _chosen);
            values = new DeferredGradient(values.Values);
            if (_chosen.Count > 1.3 * k)
            {
                _chosen.KeepLargest(k);
            }

            if (_chosen.Count >= 0.8 * k || threshold <= 1 || round == MaxRounds)
            {
                return new Selection(_chosen.Positions, _chosen.Values);
            }

            threshold = BitConverter.SingleToUInt32Bits(0.8f * BitConverter.UInt32BitsToSingle(threshold));
        }
    }

    // The stride begins elsewhere in every step, so that no column of a matrix is always or never in the sample.
    private uint Estimate(in GradientView gradient, int k)
    {
        var values = gradient.Deferred;
        int length = values.Values.Length;
        int stride = (int)Math.Clamp(1 / options.Sample, 1, length);
        var step = gradient.Step;
        int first = (int)(RandomKey.Mix(step.Seed, step.Rank, step.Step, gradient.Slot.Key, RandomPurpose.Selection) % (ulong)Math.Min(stride, length));
        int size = (length - first + stride - 1) / stride;
        var sample = _sample.Take(size);
        for (int i = 0, position = first; i < size; i++, position += stride)
        {
            sample[i] = values[position];
        }

        int rank = Math.Clamp((int)((double)k / length * size), 1, size);
        return Math.Max(1, KthLargest.Invoke(sample, rank, out _));
    }
}
