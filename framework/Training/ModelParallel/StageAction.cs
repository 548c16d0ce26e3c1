namespace Compression.Training.ModelParallel;

/// <summary>One thing that a stage does: it takes what the neighbour has sent for it, computes, and sends on.</summary>
/// <param name="IsForward">Forward pass of the unit; else its backward pass.</param>
/// <param name="Unit">Number of the unit in the batch.</param>
public readonly record struct StageAction(bool IsForward, int Unit);
