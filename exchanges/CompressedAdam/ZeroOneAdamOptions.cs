using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>Options of <see cref="ZeroOneAdamExchange"/>; names and defaults are DeepSpeed's, but for the freeze, which depends on the length of a run.</summary>
public sealed record ZeroOneAdamOptions : ITraitOptions
{
    /// <summary>Steps until the last refresh.</summary>
    [Option("var_freeze_step", "steps in which the second moment is refreshed at growing intervals; it is held from then on", Min = 1, Max = int.MaxValue)]
    public int VarFreezeStep { get; init; } = 1000;

    /// <summary>κ.</summary>
    [Option("var_update_scaler", "refreshes after which their interval doubles", Min = 1, Max = int.MaxValue)]
    public int VarUpdateScaler { get; init; } = 16;

    /// <summary>Steps after which h doubles.</summary>
    [Option("local_step_scaler", "steps after which the interval from one exchange to the next doubles, once the second moment is held", Min = 1, Max = int.MaxValue)]
    public int LocalStepScaler { get; init; } = 32678;

    /// <summary>H, where h ends.</summary>
    [Option("local_step_clipper", "the longest such interval; rounded down to a power of two", Min = 1, Max = 1 << 30)]
    public int LocalStepClipper { get; init; } = 16;

    public AlgorithmTraits Traits => LocalStepClipper > 1 ? AlgorithmTraits.StepsAlone : AlgorithmTraits.None;
}
