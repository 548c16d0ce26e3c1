namespace Compression.Training.Optimizers;

/// <summary>Which gradient is clipped.</summary>
public enum ClipScope
{
    /// <summary>Each worker's own, before compression.</summary>
    Local,

    /// <summary>The average, after the exchange.</summary>
    Aggregated,
}
