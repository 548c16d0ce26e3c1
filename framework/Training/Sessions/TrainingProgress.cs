namespace Compression.Training.Sessions;

/// <summary>Where a run stands.</summary>
/// <param name="Step">Steps done in the whole run.</param>
/// <param name="Epoch">Epochs completed.</param>
/// <param name="Position">Steps done in the epoch in progress.</param>
/// <param name="StepsPerEpoch">Steps an epoch.</param>
/// <param name="TotalSteps">Steps planned.</param>
public readonly record struct TrainingProgress(long Step, int Epoch, int Position, int StepsPerEpoch, long TotalSteps)
{
    /// <summary>Epochs done, with fraction.</summary>
    public double EpochsDone => Epoch + ((double)Position / StepsPerEpoch);
}
