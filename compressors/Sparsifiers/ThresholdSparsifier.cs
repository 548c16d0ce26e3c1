using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers;

/// <summary>Options of <see cref="ThresholdSparsifier"/>.</summary>
public sealed record ThresholdOptions
{
    /// <summary>τ.</summary>
    [Option("tau", "magnitude above which an entry is sent, in units of the gradient", Flag = "threshold", Min = 0, Max = 1e38)]
    public double Tau { get; init; } = 0.01;
}

/// <summary>
/// Sends the entries with |p| > τ, an absolute threshold; a step may send nothing (Strom 2015, "Scalable distributed DNN training using
/// commodity GPU cloud computing").
/// </summary>
[Algorithm(
    "threshold", AlgorithmRole.Sparsifier, "Strom 2015",
    DiffersFromPaper = "values travel as they are; Strom sends plus and minus the threshold, to which threshold+sign comes near with the mean magnitude")]
public sealed class ThresholdSparsifier : ISparsifier
{
    private readonly uint _threshold;
    private readonly ThreadTeam _team;
    private readonly Candidates _chosen = new();

    /// <param name="options">τ.</param>
    /// <param name="context">Threads.</param>
    public ThresholdSparsifier(ThresholdOptions options, ComponentContext context)
    {
        // The least float above τ.
        _threshold = BitConverter.SingleToUInt32Bits((float)options.Tau) + 1;
        _team = context.Team;
    }

    public bool CompletesSum => true;

    public Selection Select(in GradientView gradient)
    {
        gradient.Deferred.CollectAbove(_team, _threshold, _chosen);
        return new Selection(_chosen.Positions, _chosen.Values);
    }
}
