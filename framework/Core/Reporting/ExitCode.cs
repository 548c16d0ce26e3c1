namespace Compression.Core.Reporting;

/// <summary>How the program ends; scripts rely on the numbers.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>Failed while running.</summary>
    Failure = 1,

    /// <summary>Wrong usage or configuration.</summary>
    Usage = 2,

    /// <summary>Library, MPI or data missing.</summary>
    Environment = 3,

    /// <summary>Loss or gradient not finite.</summary>
    NonFinite = 4,

    /// <summary>Checkpoint damaged, or another model's.</summary>
    Checkpoint = 5,

    /// <summary>A peer or the network failed, or did not answer in time.</summary>
    Communication = 6,

    /// <summary>Some trials of a sweep failed.</summary>
    SweepPartlyFailed = 7,

    /// <summary>Interrupted (SIGINT).</summary>
    Interrupted = 130,

    /// <summary>Terminated (SIGTERM).</summary>
    Terminated = 143,
}
