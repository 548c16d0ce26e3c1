using Compression.Core.Communication;
using Compression.Core.Contracts;

namespace Compression.Training.RowSparse;

/// <summary>How one worker gets the rows of its batch, and how their gradients get to whoever holds them. An instance belongs to one worker.</summary>
public interface IRowExchange : ICheckpointable
{
    /// <summary>Fills in the values of the rows that the batches name.</summary>
    /// <param name="batches">By table; sealed.</param>
    /// <param name="peers">The processes that hold the tables; a collective where there are several.</param>
    void Pull(IReadOnlyList<RowBatch> batches, ICommunicator peers);

    /// <summary>Sends the gradients and takes the tables' step from the mean over all workers; a collective.</summary>
    /// <param name="batches">By table, with their gradients.</param>
    /// <param name="step">Step, rate and meter.</param>
    /// <param name="workers">All workers, virtual ones included.</param>
    void Push(IReadOnlyList<RowBatch> batches, StepContext step, ICommunicator workers);

    /// <summary>What this worker sent, by kind.</summary>
    RowTraffic Traffic { get; }

    /// <summary>The residuals of this worker, in pieces.</summary>
    IEnumerable<ReadOnlyMemory<float>> Residuals { get; }
}
