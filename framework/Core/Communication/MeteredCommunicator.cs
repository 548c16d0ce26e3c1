using System.Diagnostics;
using Compression.Core.Reporting;

namespace Compression.Core.Communication;

/// <summary>
/// Measures time and counts bytes of every exchange. Bytes are what this worker puts on the wire: the length of the buffer that it hands over,
/// times how often the collective sends it. With n workers an all-gather sends a payload n−1 times; a ring or
/// recursive-halving all-reduce (Thakur 2005) sends 2(n−1)/n of the buffer; a binomial-tree broadcast of the root is booked
/// as one copy per receiver, shared out evenly. What comes over the wire is booked beside it. A world of one has no wire; it is booked
/// like a world of two, so that ratios can be read. There, an all-to-all stays at home, and the all-gather that brings its result back
/// is booked as one copy: as much as two workers send in both.
/// </summary>
public sealed class MeteredCommunicator : ICommunicator
{
    private readonly ICommunicator _inner;
    private readonly StepMeter _meter;

    /// <param name="inner">Does the work; stays its owner's.</param>
    /// <param name="meter">Takes time and bytes.</param>
    public MeteredCommunicator(ICommunicator inner, StepMeter meter)
    {
        _inner = inner;
        _meter = meter;
    }

    public int Rank => _inner.Rank;

    public int WorldSize => _inner.WorldSize;

    public bool WritesResult => _inner.WritesResult;

    public long SuspendedTicks => _inner.SuspendedTicks;

    private int Workers => Math.Max(2, WorldSize);

    /// <summary>Bytes that a worker sends in an all-reduce of a buffer, among n workers.</summary>
    public static double AllReduceBytes(double bufferBytes, int workers)
    {
        int n = Math.Max(2, workers);
        return 2.0 * (n - 1) / n * bufferBytes;
    }

    public void AllReduce(Span<float> values)
    {
        using var time = new Measurement(this);
        _inner.AllReduce(values);
        CountReduction(sizeof(float) * (long)values.Length);
    }

    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
        using var time = new Measurement(this);
        _inner.AllReduce(values, operation);
        CountReduction(sizeof(double) * (long)values.Length);
    }

    public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        using var time = new Measurement(this);
        _inner.AllGather(payload, gathered);
        CountGather(payload.Length);
        CountReceived(payload.Length, gathered);
    }

    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        using var time = new Measurement(this);
        _inner.AllToAll(outgoing, lengths, incoming);
        long sent = 0;
        for (int rank = 0; rank < lengths.Length; rank++)
        {
            sent += rank == Rank ? 0 : lengths[rank];
        }

        int headers = sizeof(int) * (Workers - 1);
        _meter.AddWireBytes(sent + headers);
        _meter.AddReceivedBytes(incoming.TotalLength - lengths[Rank] + headers);
    }

    public void Broadcast(Span<byte> data, int root)
    {
        using var time = new Measurement(this);
        _inner.Broadcast(data, root);
        long share = (long)data.Length * (Workers - 1) / Workers;
        _meter.AddWireBytes(share);
        _meter.AddReceivedBytes(WorldSize == 1 ? share : Rank == root ? 0 : data.Length);
    }

    public void Send(ReadOnlySpan<byte> data, int destination, int tag)
    {
        using var time = new Measurement(this);
        _inner.Send(data, destination, tag);
        _meter.AddWireBytes(data.Length);
    }

    public void Receive(Span<byte> data, int source, int tag)
    {
        using var time = new Measurement(this);
        _inner.Receive(data, source, tag);
        _meter.AddReceivedBytes(data.Length);
    }

    public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag)
    {
        using var time = new Measurement(this);
        _meter.AddWireBytes(data.Length);
        return new MeteredExchange(this, _inner.BeginSend(data, destination, tag));
    }

    public IPendingExchange BeginReceive(Memory<byte> data, int source, int tag)
    {
        using var time = new Measurement(this);
        _meter.AddReceivedBytes(data.Length);
        return new MeteredExchange(this, _inner.BeginReceive(data, source, tag));
    }

    public IPendingExchange BeginAllReduce(Memory<float> values)
    {
        using var time = new Measurement(this);
        CountReduction(sizeof(float) * (long)values.Length);
        return new MeteredExchange(this, _inner.BeginAllReduce(values));
    }

    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        using var time = new Measurement(this);
        CountGather(payload.Length);
        return new MeteredExchange(this, _inner.BeginAllGather(payload, gathered), payload.Length, gathered);
    }

    public void Barrier()
    {
        using var time = new Measurement(this);
        _inner.Barrier();
    }

    public ICommunicator Split(int color, int key) => new MeteredCommunicator(_inner.Split(color, key), _meter);

    /// <summary>Does nothing: the inner communicator belongs to its maker.</summary>
    public void Dispose()
    {
    }

    // The lengths travel before the payloads: 4 bytes to each peer.
    private void CountGather(int payloadLength) => _meter.AddWireBytes((long)(payloadLength + sizeof(int)) * (Workers - 1));

    private void CountReceived(int payloadLength, GatheredPayloads gathered) => _meter.AddReceivedBytes(
        WorldSize == 1 ? payloadLength + sizeof(int) : gathered.TotalLength - payloadLength + (sizeof(int) * (long)(WorldSize - 1)));

    private void CountReduction(long bytes)
    {
        long share = (long)AllReduceBytes(bytes, WorldSize);
        _meter.AddWireBytes(share);
        _meter.AddReceivedBytes(share);
    }

    private readonly struct Measurement(MeteredCommunicator owner) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly long _suspended = owner._inner.SuspendedTicks;

        public void Dispose() => owner._meter.AddTicks(
            StepPhase.Communicate, Stopwatch.GetTimestamp() - _start - (owner._inner.SuspendedTicks - _suspended));
    }

    // What an all-gather receives is known when it has ended.
    private sealed class MeteredExchange(
        MeteredCommunicator owner, IPendingExchange inner, int payloadLength = 0, GatheredPayloads? gathered = null) : IPendingExchange
    {
        private GatheredPayloads? _unbooked = gathered;

        public bool Poll() => inner.Poll();

        public void Wait()
        {
            using var time = new Measurement(owner);
            inner.Wait();
            if (_unbooked is not null)
            {
                owner.CountReceived(payloadLength, _unbooked);
                _unbooked = null;
            }
        }
    }
}
