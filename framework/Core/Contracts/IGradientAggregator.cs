using Compression.Core.Communication;
using Compression.Core.Gradients;

namespace Compression.Core.Contracts;

/// <summary>
/// Turns the local gradients of n workers into their average: the outermost seam, since some methods hold several exchanges inside
/// one step. An instance belongs to one worker and keeps that worker's state.
/// </summary>
public interface IGradientAggregator : ICheckpointable
{
    /// <summary>Replaces the local gradient in <paramref name="bucket"/> by the average over all workers.</summary>
    /// <remarks>
    /// Virtual workers share one bucket: after the first collective of a step its content may be a peer's, so an aggregator reads
    /// its gradient before, and writes the average only where <see cref="ICommunicator.WritesResult"/> is set.
    /// </remarks>
    /// <param name="bucket">In: this worker's gradient. Out: the average.</param>
    /// <param name="step">Step, seed, rank and meter.</param>
    /// <param name="communicator">The peers.</param>
    void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator);

    /// <summary>What it has chosen by itself, and why, in one line for the log; empty where there was nothing to choose.</summary>
    string Decision => "";

    /// <summary>All that this worker holds back, in pieces, for the log; none where nothing is.</summary>
    IEnumerable<ReadOnlyMemory<float>> Residuals => [];
}
