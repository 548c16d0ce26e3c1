namespace Compression.Core.Communication;

/// <summary>What an all-reduce does with the values of the workers.</summary>
public enum ReduceOperation
{
    /// <summary>Adds them.</summary>
    Sum,

    /// <summary>Takes the largest.</summary>
    Max,

    /// <summary>Takes the smallest.</summary>
    Min,
}
