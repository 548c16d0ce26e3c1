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
    private readonly Dictionary<(int Source, int Destination, int Tag), Queue<byte[]>> _mail = [];
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
        _workers = [.. Enumerable.Range(0, size).Select(rank => new VirtualWorker(this, rank, !sharedBucket || rank == size - 1))];
    }

    /// <summary>n.</summary>
    public int Size => _workers.Length;

    internal Collective? Current { get; set; }

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

    /// <inheritdoc/>
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
            worker.Stop();
        }

        _turnEnded.Dispose();
    }

    internal Queue<byte[]> Mailbox(int source, int destination, int tag)
    {
        if (!_mail.TryGetValue((source, destination, tag), out var queue))
        {
            _mail[(source, destination, tag)] = queue = new Queue<byte[]>();
        }

        return queue;
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

        Current = null;
        _mail.Clear();
    }

    /// <summary>One collective in which all workers meet: what they brought, and how many have come.</summary>
    internal sealed class Collective(string name, int size)
    {
        public string Name => name;

        public int Arrived { get; set; }

        public bool IsComplete => Arrived == size;

        public float[] Floats { get; set; } = [];

        public double[] Doubles { get; set; } = [];

        public byte[][] Sections { get; } = new byte[size][];

        public GatheredPayloads[] Gathered { get; set; } = [];
    }

    /// <summary>A worker's thread, and the communicator that it sees.</summary>
    internal sealed class VirtualWorker : CollectiveCommunicator
    {
        private readonly InProcessCluster _cluster;
        private readonly SemaphoreSlim _resume = new(0);
        private Thread? _thread;
        private Func<bool>? _blockedUntil;
        private bool _stop;
        private long _suspendedTicks;

        public VirtualWorker(InProcessCluster cluster, int rank, bool writesResult)
        {
            _cluster = cluster;
            Rank = rank;
            WritesResult = writesResult;
        }

        public override int Rank { get; }

        public override int WorldSize => _cluster.Size;

        public override bool WritesResult { get; }

        public override long SuspendedTicks => _suspendedTicks;

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

        public void Stop()
        {
            _stop = true;
            _resume.Release();
            _thread?.Join();
            _resume.Dispose();
        }

        protected override Collective Enter(string name)
        {
            var collective = _cluster.Current ??= new Collective(name, WorldSize);
            if (collective.Name != name)
            {
                throw new CommunicationException($"Worker {Rank} calls {name} while its peers call {collective.Name}.");
            }

            return collective;
        }

        protected override void Meet(Collective collective)
        {
            collective.Arrived++;
            if (collective.IsComplete)
            {
                _cluster.Current = null;
            }

            // The last to come hands over its turn too: all go on in the order of ranks, so that sums are added up in it, and the one
            // that writes results does so after all others.
            HandOver(() => collective.IsComplete);
        }

        public override void Send(ReadOnlySpan<byte> data, int destination, int tag) =>
            _cluster.Mailbox(Rank, destination, tag).Enqueue(data.ToArray());

        public override void Receive(Span<byte> data, int source, int tag)
        {
            var mailbox = _cluster.Mailbox(source, Rank, tag);
            if (mailbox.Count == 0)
            {
                HandOver(() => mailbox.Count > 0);
            }

            byte[] message = mailbox.Dequeue();
            if (message.Length != data.Length)
            {
                throw new CommunicationException($"Worker {Rank} expects {data.Length} bytes from {source}, {message.Length} came.");
            }

            message.CopyTo(data);
        }

        private void HandOver(Func<bool> until)
        {
            _blockedUntil = until;
            long start = Stopwatch.GetTimestamp();
            _cluster._turnEnded.Release();
            _resume.Wait();
            _suspendedTicks += Stopwatch.GetTimestamp() - start;
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
                    _cluster._body!(this);
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
