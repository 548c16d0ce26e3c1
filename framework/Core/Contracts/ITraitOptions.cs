namespace Compression.Core.Contracts;

/// <summary>Options on which an algorithm's traits depend.</summary>
public interface ITraitOptions
{
    /// <summary>What holds with these options, beside what the algorithm declares.</summary>
    AlgorithmTraits Traits { get; }
}
