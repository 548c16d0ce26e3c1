using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Core.Contracts;

/// <summary>What the parts of one worker's pipeline share.</summary>
/// <param name="Layout">The parameters, by whose slots state is kept.</param>
/// <param name="Team">The threads that kernels may use.</param>
/// <param name="Fingerprint">Checksum of composition and layout; peers with another one cannot read each other's payloads.</param>
public sealed record ComponentContext(BucketLayout Layout, ThreadTeam Team, uint Fingerprint)
{
    /// <summary>A memory keeps what is not sent: methods that scale to stay unbiased then must not.</summary>
    public bool HasMemory { get; init; }

    /// <summary>The compressor's paper keeps its residual in units of the step γg, and the optimizer makes such steps.</summary>
    public bool ResidualInStepUnits { get; init; }

    /// <summary>The worker, 0 to <see cref="Workers"/> − 1.</summary>
    public int Rank { get; init; }

    /// <summary>n, the number of workers.</summary>
    public int Workers { get; init; } = 1;
}
