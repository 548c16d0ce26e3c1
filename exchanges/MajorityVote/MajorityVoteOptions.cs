using Compression.Core.Catalog;

namespace Compression.Exchanges.MajorityVote;

/// <summary>The magnitude that goes with the majority's signs.</summary>
public enum VoteScale
{
    /// <summary>Of each parameter, the mean over workers and elements of the magnitude.</summary>
    Mean,

    /// <summary>One, as in the paper: the learning rate alone is the length of the step.</summary>
    One,
}

/// <summary>Options of <see cref="MajorityVoteExchange"/>.</summary>
public sealed record MajorityVoteOptions
{
    /// <summary>The magnitude.</summary>
    [Option("scale", "magnitude of the result: each parameter's mean magnitude, or one as in the paper")]
    public VoteScale Scale { get; init; } = VoteScale.Mean;

    /// <summary>β, of Signum.</summary>
    [Option("momentum", "factor of the velocity whose sign is voted on (Signum); 0: the gradient's own sign", Min = 0, Max = 1, MaxExclusive = true)]
    public double Momentum { get; init; }
}
