namespace Compression.Training.Optimizers;

/// <summary>How gradients are clipped.</summary>
/// <param name="MaxNorm">Largest 2-norm; 0: no limit.</param>
/// <param name="Scope">Which gradient.</param>
public readonly record struct ClipRule(double MaxNorm, ClipScope Scope)
{
    /// <summary>A worker's own gradient is clipped, so that its norm must be known before the exchange.</summary>
    public bool IsLocal => MaxNorm > 0 && Scope == ClipScope.Local;
}
