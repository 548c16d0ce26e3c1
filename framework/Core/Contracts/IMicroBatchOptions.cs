namespace Compression.Core.Contracts;

/// <summary>Options of a sparsifier that needs second moments over parts of a worker's batch (<see cref="GradientView.Squares"/>).</summary>
public interface IMicroBatchOptions
{
    /// <summary>Parts into which the trainer splits the batch, at least 1.</summary>
    int MicroBatches { get; }
}
