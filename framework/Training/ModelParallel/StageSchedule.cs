namespace Compression.Training.ModelParallel;

/// <summary>In which order stages compute the units of a batch.</summary>
public enum StageSchedule
{
    /// <summary>
    /// Units are blocks of time steps of the whole batch: a stage computes block t while the next computes block t − 1; backward from the last
    /// block to the first.
    /// </summary>
    Wavefront,

    /// <summary>Units are micro-batches: all forward, then all backward (Huang et al. 2019, "GPipe").</summary>
    Gpipe,

    /// <summary>
    /// Units are micro-batches: as soon as a stage can, it computes one backward after each forward, and so keeps the activations of at most as
    /// many units as stages follow it, itself included (Narayanan et al. 2019, "PipeDream", flushed after each batch: 1F1B).
    /// </summary>
    OneForwardOneBackward,
}
