using Compression.Core.Catalog;

namespace Compression.Exchanges.PowerSgd;

/// <summary>Options of <see cref="PowerSgdExchange"/>.</summary>
public sealed record PowerSgdOptions
{
    /// <summary>r, the rank of the approximation.</summary>
    [Option("rank", "rank of the approximation of each matrix", Flag = "powersgd_rank", Min = 1, Max = 1024)]
    public int Rank { get; init; } = 4;

    /// <summary>Go on from the last step's Q.</summary>
    [Option("warm_start", "start from the last step's approximation, else from random columns")]
    public bool WarmStart { get; init; } = true;
}
