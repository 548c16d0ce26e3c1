namespace Compression.Experiments.Runs;

/// <summary>How much work a run is, known before it starts.</summary>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Tokens">Tokens that all workers together train on, at most.</param>
public sealed record TrainingSize(long Parameters, double Tokens)
{
    /// <summary>Words of the vocabulary.</summary>
    public int Words { get; init; }
}
