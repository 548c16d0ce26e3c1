using System.Diagnostics;
using Compression.Core.Reporting;

namespace Compression.Core.Communication;

/// <summary>
/// Books time and bytes of every exchange. Bytes are what this worker puts on the wire: the length of the buffer that it hands over,
/// times how often the collective sends it. With n workers an all-gather sends a payload n−1 times; a ring or
/// recursive-halving all-reduce (Thakur 2005) sends 2(n−1)/n of the buffer; a binomial-tree broadcast of the root is booked
/// as one copy per receiver, shared out evenly. A world of one has no wire; it is booked like a world of two, so that ratios can be read. There, an
/// all-to-all stays at home, and the all-gather that brings its result back is booked as one copy: as much as two workers send in both.
/// </summary>
public sealed class MeteredCommunicator : ICommunicator
{
    private readonly ICommunicator _inner;
    private readonly StepLedger _ledger;

    /// <param name="inner">Does the work; stays its owner's.</param>
    /// <param name="ledger">Takes time and bytes.</param>
    public MeteredCommunicator(ICommunicator inner, StepLedger ledger)
    {
        _inner = inner;
        _ledger = ledger;
    }

    /// <inheritdoc/>
    public int Rank => _inner.Rank;

    /// <inheritdoc/>
    public int WorldSize => _inner.WorldSize;

    /// <inheritdoc/>
    public bool WritesResult => _inner.WritesResult;

    /// <inheritdoc/>
    public long SuspendedTicks => _inner.SuspendedTicks;

    private int Workers => Math.Max(2, WorldSize);

    /// <summary>Bytes that a worker sends in an all-reduce of a buffer, among n workers.</summary>
    public static double AllReduceBytes(double bufferBytes, int workers)
    {
        int n = Math.Max(2, workers);
        return 2.0 * (n - 1) / n * bufferBytes;
    }

    /// <inheritdoc/>
    public void AllReduce(Span<float> values)
    {
        using var time = new Measurement(this);
        _inner.AllReduce(values);
        _ledger.AddWireBytes((long)AllReduceBytes((double)sizeof(float) * values.Length, WorldSize));
    }

    /// <inheritdoc/>
    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
        using var time = new Measurement(this);
        _inner.AllReduce(values, operation);
        _ledger.AddWireBytes((long)AllReduceBytes((double)sizeof(double) * values.Length, WorldSize));
    }

    /// <inheritdoc/>
    public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        using var time = new Measurement(this);
        _inner.AllGather(payload, gathered);
        BookGather(payload.Length);
    }

    /// <inheritdoc/>
    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        using var time = new Measurement(this);
        _inner.AllToAll(outgoing, lengths, incoming);
        long sent = 0;
        for (int rank = 0; rank < lengths.Length; rank++)
        {
            sent += rank == Rank ? 0 : lengths[rank];
        }

        _ledger.AddWireBytes(sent + (sizeof(int) * (Workers - 1)));
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        using var time = new Measurement(this);
        _inner.Broadcast(data, root);
        _ledger.AddWireBytes((long)data.Length * (Workers - 1) / Workers);
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> data, int destination, int tag)
    {
        using var time = new Measurement(this);
        _inner.Send(data, destination, tag);
        _ledger.AddWireBytes(data.Length);
    }

    /// <inheritdoc/>
    public void Receive(Span<byte> data, int source, int tag)
    {
        using var time = new Measurement(this);
        _inner.Receive(data, source, tag);
    }

    /// <inheritdoc/>
    public IPendingExchange BeginAllReduce(Memory<float> values)
    {
        using var time = new Measurement(this);
        _ledger.AddWireBytes((long)AllReduceBytes((double)sizeof(float) * values.Length, WorldSize));
        return new MeteredExchange(this, _inner.BeginAllReduce(values));
    }

    /// <inheritdoc/>
    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        using var time = new Measurement(this);
        BookGather(payload.Length);
        return new MeteredExchange(this, _inner.BeginAllGather(payload, gathered));
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        using var time = new Measurement(this);
        _inner.Barrier();
    }

    /// <summary>Does nothing: the inner communicator belongs to its maker.</summary>
    public void Dispose()
    {
    }

    // The lengths travel before the payloads: 4 bytes to each peer.
    private void BookGather(int payloadLength) => _ledger.AddWireBytes((long)(payloadLength + sizeof(int)) * (Workers - 1));

    private readonly struct Measurement(MeteredCommunicator owner) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly long _suspended = owner._inner.SuspendedTicks;

        public void Dispose() => owner._ledger.AddTicks(
            StepPhase.Communicate, Stopwatch.GetTimestamp() - _start - (owner._inner.SuspendedTicks - _suspended));
    }

    private sealed class MeteredExchange(MeteredCommunicator owner, IPendingExchange inner) : IPendingExchange
    {
        public bool Poll() => inner.Poll();

        public void Wait()
        {
            using var time = new Measurement(owner);
            inner.Wait();
        }
    }
}
