using Compression.Core.Catalog;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>Options of <see cref="OneBitAdamExchange"/>; the name is DeepSpeed's.</summary>
public sealed record OneBitAdamOptions
{
    /// <summary>T_w, steps with dense gradients.</summary>
    [Option("freeze_step", "steps with dense gradients, after which the second moment is held; published runs took 15 to 20 % of all", Min = 1, Max = int.MaxValue)]
    public int FreezeStep { get; init; } = 1000;
}
