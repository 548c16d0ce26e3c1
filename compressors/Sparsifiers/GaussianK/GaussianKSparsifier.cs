using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.GaussianK;

/// <summary>Options of <see cref="GaussianKSparsifier"/>.</summary>
public sealed record GaussianKOptions : RatioOptions;

/// <summary>
/// Gaussian-k (Shi et al. 2019, "Understanding top-k sparsification in distributed deep learning", Algorithm 1): the threshold
/// |μ| + Φ⁻¹(1 − ρ/2)·σ, with mean and standard deviation of the entries, halved while fewer than ⅔k entries lie
/// at or above it and raised by a half while more than 4/3 k do, at most four times.
/// </summary>
/// <param name="options">The ratio.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "gaussiank", AlgorithmRole.Sparsifier, "Shi et al. 2019",
    DiffersFromPaper = "the threshold starts at the magnitude of the mean, so that the sign of a gradient does not matter (published: at the mean); all that reach it are sent, where the published code stops at k by position")]
public sealed class GaussianKSparsifier(GaussianKOptions options, ComponentContext context) : ISparsifier
{
    private const int MaxRounds = 4;

    private readonly ThreadTeam _team = context.Team;
    private readonly Candidates _chosen = new();

    public Selection Select(in GradientView gradient)
    {
        var values = gradient.Compensated;
        if (values.IsEmpty)
        {
            return default;
        }

        var (sum, squares, _) = Moments.Invoke(_team, values);
        double mean = sum / values.Length, deviation = Math.Sqrt(Math.Max(0, (squares / values.Length) - (mean * mean)));
        double target = Math.Max(1, gradient.Step.RatioOf(options.Ratio) * values.Length);
        double threshold = Math.Abs(mean) + (NormalQuantile.UpperTail(0.5 * gradient.Step.RatioOf(options.Ratio)) * deviation);
        for (int round = 0; ; round++)
        {
            // A zero gradient has nothing to send, whatever the threshold.
            CollectAbove.Invoke(_team, values, Math.Max(1, MagnitudeBits.Of((float)threshold)), _chosen);
            double factor = _chosen.Count < 2 * target / 3 ? 0.5 : _chosen.Count > 4 * target / 3 ? 1.5 : 1;
            if (factor == 1 || round == MaxRounds)
            {
                return new Selection(_chosen.Positions, _chosen.Values);
            }

            threshold *= factor;
        }
    }
}
