using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.AdaComp;

/// <summary>Options of <see cref="AdaCompSparsifier"/>.</summary>
public sealed record AdaCompOptions
{
    /// <summary>L_T.</summary>
    [Option("bin", "entries of a bin: 50 for convolutions, 500 for dense and recurrent layers", Flag = "adacomp_bin", Min = 1, Max = 16384)]
    public int Bin { get; init; } = 500;

    /// <summary>c.</summary>
    [Option("compensation", "how often the step counts beside its part in G where an entry is held against the largest |G|; 1 in the paper", Flag = "comp_const", Min = 0, Max = 1e38)]
    public double Compensation { get; init; } = 1;
}

/// <summary>
/// AdaComp (Chen et al. 2018, "AdaComp: adaptive residual gradient compression", Algorithm 2). With G = residual + dW and H = G + c·dW, each
/// bin of L_T entries sends those with |H| ≥ max|G|; its own value code is sign(G)·s with s the mean of the bins' maxima. How many
/// entries a bin sends follows from the data.
/// </summary>
/// <param name="options">L_T and c.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "adacomp", AlgorithmRole.Sparsifier, "Chen et al. 2018", Traits = AlgorithmTraits.GivesMagnitude, Quantizer = "sign(magnitude=sparsifier)",
    DiffersFromPaper = "positions are coded in fewer bits; comp_const, the paper's 1, is GradComp's option (which has one bin a parameter and sends H)")]
public sealed class AdaCompSparsifier(AdaCompOptions options, ComponentContext context) : ISparsifier
{
    private readonly int _bin = options.Bin;
    private readonly float _compensation = (float)options.Compensation;
    private readonly ThreadTeam _team = context.Team;
    private readonly Candidates _chosen = new();

    /// <summary>The paper's 8 or 16 bits an entry, of which the value takes one.</summary>
    public double NominalIndexBits => _bin <= 64 ? 7 : 15;

    public Selection Select(in GradientView gradient)
    {
        double magnitude = CollectBinMaxima.Invoke(_team, gradient.Compensated, gradient.Raw, _compensation, _bin, _chosen);
        return new Selection(_chosen.Positions, _chosen.Values) { Magnitude = (float)magnitude };
    }
}
