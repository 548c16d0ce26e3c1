namespace Compression.Training.ModelParallel;

/// <summary>What neighbouring stages send each other.</summary>
public enum StageMessage
{
    /// <summary>Outputs of a stage's last layer, forward.</summary>
    Activation,

    /// <summary>Their gradients, backward.</summary>
    Gradient,
}
