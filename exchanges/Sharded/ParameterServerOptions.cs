using Compression.Core.Catalog;

namespace Compression.Exchanges.Sharded;

/// <summary>What workers pull from a parameter server.</summary>
public enum PullFormat
{
    /// <summary>The sums in float32.</summary>
    Dense,

    /// <summary>The sums compressed as the gradients are.</summary>
    Compressed,
}

/// <summary>Options of <see cref="ParameterServerExchange"/>.</summary>
public sealed record ParameterServerOptions
{
    /// <summary>What is pulled.</summary>
    [Option("pull", "what workers get back: sums in float32, or compressed as the gradients are")]
    public PullFormat Pull { get; init; } = PullFormat.Dense;
}
