namespace Compression.Training.Sessions;

/// <summary>What becomes of a step in which some worker's loss or gradient is not finite.</summary>
public enum NonFiniteAction
{
    /// <summary>The run ends on all ranks in this step.</summary>
    Abort,

    /// <summary>All ranks leave parameters and memories as they are and go on; the worker concerned begins with a fresh hidden state.</summary>
    Skip,
}
