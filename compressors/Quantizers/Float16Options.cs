using Compression.Core.Catalog;

namespace Compression.Compressors.Quantizers;

/// <summary>What becomes of a value that float16 has no room for.</summary>
public enum Float16Overflow
{
    /// <summary>The step ends with an error that names the slot.</summary>
    Error,

    /// <summary>It becomes ±65504. A NaN stays NaN.</summary>
    Saturate,
}

/// <summary>Options of <see cref="Float16Quantizer"/>.</summary>
public sealed record Float16Options
{
    /// <summary>What becomes of magnitudes above 65504.</summary>
    [Option("overflow", "what becomes of magnitudes above 65504: an error, or 65504", Flag = "float16_overflow")]
    public Float16Overflow Overflow { get; init; } = Float16Overflow.Error;
}
