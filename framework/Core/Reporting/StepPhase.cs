namespace Compression.Core.Reporting;

/// <summary>The parts that a run's time is split into.</summary>
public enum StepPhase
{
    /// <summary>Forward and backward pass, gradient clipping included.</summary>
    ForwardBackward,

    /// <summary>Compensation, selection, encoding, and the memory's update.</summary>
    Compress,

    /// <summary>Inside the communicator, waiting for peers included.</summary>
    Communicate,

    /// <summary>Decoding and averaging.</summary>
    Decompress,

    /// <summary>The optimizer's step.</summary>
    Update,

    /// <summary>Perplexity on valid or test.</summary>
    Evaluate,

    /// <summary>Writing checkpoints.</summary>
    Checkpoint,

    /// <summary>The share of compressing, exchanging and decoding that passed while the backward pass ran; contained in those and in it.</summary>
    Hidden,

    /// <summary>Standing still for copies between the host and the device of the model; nothing on a CPU.</summary>
    Copy,
}
