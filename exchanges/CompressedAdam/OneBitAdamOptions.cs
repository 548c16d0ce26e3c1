using Compression.Core.Catalog;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>Options of <see cref="OneBitAdamExchange"/>; the name is DeepSpeed's.</summary>
public sealed record OneBitAdamOptions
{
    /// <summary>T_w, steps with dense gradients.</summary>
    [Option("freeze_step", "steps with dense gradients, after which the second moment is held; published runs took 15 to 20 % of all", Min = 1, Max = int.MaxValue)]
    public int FreezeStep { get; init; } = 1000;

    /// <summary>Elements with one scale.</summary>
    [Option("scale_block", "elements of a parameter with a scale of their own, rounded up to a multiple of 8; 0: one scale for all, as published. A row's length keeps rows without gradients still", Min = 0, Max = 1 << 30)]
    public int ScaleBlock { get; init; }

    /// <summary>The same, as signs fill bytes.</summary>
    internal int Block => (ScaleBlock + 7) / 8 * 8;
}
