namespace Compression.Core.Contracts;

/// <summary>
/// Options of a sparsifier that sends a given share ρ of the entries. A warm-up raises it (<see cref="StepContext.RatioOf"/>); sparsifiers
/// without a ratio send everything during one.
/// </summary>
public interface IRatioOptions
{
    /// <summary>ρ, above 0 and at most 1.</summary>
    double Ratio { get; }
}
