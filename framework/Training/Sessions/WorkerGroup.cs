using Compression.Core.Communication;

namespace Compression.Training.Sessions;

/// <summary>The workers of one process: one that speaks to real peers, or all of a virtual world, taking turns.</summary>
/// <param name="outside">The real peers; with virtual workers a world of one.</param>
/// <param name="virtualWorkers">Virtual workers of this process; 0 for none.</param>
public sealed class WorkerGroup(ICommunicator outside, int virtualWorkers) : IDisposable
{
    private readonly InProcessCluster? _cluster = virtualWorkers > 0 ? new InProcessCluster(virtualWorkers, sharedBucket: true) : null;

    /// <summary>Workers of this process.</summary>
    public int Count => _cluster?.Size ?? 1;

    /// <summary>Workers in all.</summary>
    public int Total => _cluster?.Size ?? outside.WorldSize;

    /// <summary>Number of this process's first worker.</summary>
    public int First => _cluster is null ? outside.Rank : 0;

    /// <summary>Runs one step of every worker here: its own work first, then its exchange with the others.</summary>
    /// <param name="compute">Given the worker's index here; runs on the calling thread.</param>
    /// <param name="exchange">Given the worker's index here and its communicator.</param>
    public void Run(Action<int> compute, Action<int, ICommunicator> exchange)
    {
        if (_cluster is null)
        {
            compute(0);
            exchange(0, outside);
        }
        else
        {
            _cluster.Run(communicator => exchange(communicator.Rank, communicator), compute);
        }
    }

    public void Dispose() => _cluster?.Dispose();
}
