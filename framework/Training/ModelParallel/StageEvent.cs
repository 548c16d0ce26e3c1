namespace Compression.Training.ModelParallel;

/// <summary>What a stage was busy with.</summary>
public enum StageActivity
{
    /// <summary>The forward pass of a unit.</summary>
    Forward,

    /// <summary>The backward pass of a unit.</summary>
    Backward,

    /// <summary>Handing over what it sends.</summary>
    Send,

    /// <summary>Waiting for what a neighbour sends.</summary>
    Wait,
}

/// <summary>A stretch of a stage's time.</summary>
/// <param name="Stage">Which stage.</param>
/// <param name="Replica">Of which replica.</param>
/// <param name="Step">Training step, from 0.</param>
/// <param name="Activity">What it was.</param>
/// <param name="Unit">Of which unit.</param>
/// <param name="Start">Seconds since the recording began.</param>
/// <param name="End">Seconds since the recording began.</param>
public readonly record struct StageEvent(int Stage, int Replica, long Step, StageActivity Activity, int Unit, double Start, double End);
