namespace Compression.Training.Optimizers;

/// <summary>What an optimizer's step takes of the mean gradient.</summary>
public enum UpdateRule
{
    /// <summary>The gradient.</summary>
    Mean,

    /// <summary>Its sign alone.</summary>
    Sign,
}
