using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Compression.Core.Communication;

/// <summary>
/// n virtual workers in one process, of which one runs at a time: each has a thread of its own, and in a collective it hands the turn
/// to the next rank. So any algorithm written for <see cref="ICommunicator"/> runs unchanged, in an order that is always the same.
/// </summary>
public sealed class InProcessCluster : IDisposable
{
    private const int StackBytes = 512 * 1024;

    private readonly VirtualWorker[] _workers;
    private readonly SemaphoreSlim _turnEnded = new(0);
    private readonly Dictionary<(VirtualGroup Group, int Source, int Destination, int Tag), Queue<byte[]>> _mail = [];
    private readonly List<VirtualGroup> _groups = [];
    private Action<ICommunicator>? _body;
    private bool _cancelled;
    private bool _disposed;

    /// <param name="size">n, at least 1.</param>
    /// <param name="sharedBucket">
    /// True where all workers use one gradient bucket (virtual workers of a trainer): then only the last rank writes results.
    /// </param>
    public InProcessCluster(int size, bool sharedBucket = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var world = Open(new VirtualGroup(size));
        _workers = [.. Enumerable.Range(0, size).Select(rank => new VirtualWorker(this, world, rank, !sharedBucket || rank == size - 1))];
    }

    /// <summary>n.</summary>
    public int Size => _workers.Length;

    /// <summary>Runs <paramref name="body"/> once as each worker, taking turns at collectives, until all have returned.</summary>
    /// <param name="body">What a worker does, given its communicator.</param>
    /// <param name="before">Runs on the calling thread just before a rank's first turn, for work that is bound to that thread.</param>
    /// <exception cref="CommunicationException">The workers wait for each other without end.</exception>
    public void Run(Action<ICommunicator> body, Action<int>? before = null)
    {
        _body = body;
        _cancelled = false;
        foreach (var worker in _workers)
        {
            before?.Invoke(worker.Rank);
            worker.Begin();
            TakeTurn(worker);
            StopAllAfterFailure(worker);
        }

        while (_workers.Any(worker => worker.IsRunning))
        {
            bool progressed = false;
            foreach (var worker in _workers.Where(worker => worker.CanContinue))
            {
                TakeTurn(worker);
                StopAllAfterFailure(worker);
                progressed = true;
            }

            if (!progressed)
            {
                string waiting = string.Join(", ", _workers.Where(worker => worker.IsRunning).Select(worker => worker.Rank));
                CancelAll();
                throw new CommunicationException($"Virtual workers {waiting} wait for each other without end.");
            }
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        CancelAll();
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }

        _turnEnded.Dispose();
    }

    internal Queue<byte[]> Mailbox(VirtualGroup group, int source, int destination, int tag)
    {
        var key = (group, source, destination, tag);
        if (!_mail.TryGetValue(key, out var queue))
        {
            _mail[key] = queue = new Queue<byte[]>();
        }

        return queue;
    }

    internal VirtualGroup Open(VirtualGroup group)
    {
        _groups.Add(group);
        return group;
    }

    private void TakeTurn(VirtualWorker worker)
    {
        worker.Resume();
        _turnEnded.Wait();
    }

    private void StopAllAfterFailure(VirtualWorker worker)
    {
        if (worker.Failure is { } failure)
        {
            CancelAll();
            failure.Throw();
        }
    }

    private void CancelAll()
    {
        _cancelled = true;
        foreach (var worker in _workers.Where(worker => worker.IsRunning))
        {
            TakeTurn(worker);
        }

        _groups.ForEach(group => group.Current = null);
        _mail.Clear();
    }

    /// <summary>A worker's thread, which runs when it is its turn.</summary>
    internal sealed class VirtualWorker : IDisposable
    {
        private readonly InProcessCluster _cluster;
        private readonly VirtualMember _communicator;
        private readonly SemaphoreSlim _resume = new(0);
        private Thread? _thread;
        private Func<bool>? _blockedUntil;
        private bool _stop;

        public VirtualWorker(InProcessCluster cluster, VirtualGroup world, int rank, bool writesResult)
        {
            _cluster = cluster;
            Rank = rank;
            _communicator = new VirtualMember(cluster, this, world, rank, writesResult);
        }

        public int Rank { get; }

        public long SuspendedTicks { get; private set; }

        public bool IsRunning { get; private set; }

        public ExceptionDispatchInfo? Failure { get; private set; }

        public bool CanContinue => IsRunning && (_blockedUntil is null || _blockedUntil());

        public void Begin()
        {
            Failure = null;
            IsRunning = true;
            if (_thread is null)
            {
                _thread = new Thread(Work, StackBytes) { IsBackground = true, Name = $"virtual worker {Rank}" };
                _thread.Start();
            }
        }

        public void Resume() => _resume.Release();

        public void Dispose()
        {
            _stop = true;
            _resume.Release();
            _thread?.Join();
            _resume.Dispose();
        }

        public void HandOver(Func<bool> until)
        {
            _blockedUntil = until;
            long start = Stopwatch.GetTimestamp();
            _cluster._turnEnded.Release();
            _resume.Wait();
            SuspendedTicks += Stopwatch.GetTimestamp() - start;
            _blockedUntil = null;
            if (_cluster._cancelled)
            {
                throw new OperationCanceledException();
            }
        }

        private void Work()
        {
            while (true)
            {
                _resume.Wait();
                if (_stop)
                {
                    return;
                }

                try
                {
                    _cluster._body!(_communicator);
                }
                catch (OperationCanceledException) when (_cluster._cancelled)
                {
                    // A peer failed; its exception is the one to be seen.
                }
#pragma warning disable CA1031 // Whatever happened is rethrown on the thread that called Run.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    Failure = ExceptionDispatchInfo.Capture(failure);
                }

                _blockedUntil = null;
                IsRunning = false;
                _cluster._turnEnded.Release();
            }
        }
    }
}
