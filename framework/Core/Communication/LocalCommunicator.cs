namespace Compression.Core.Communication;

/// <summary>A world of one: every collective is a copy to itself.</summary>
public class LocalCommunicator : ICommunicator
{
    private readonly Queue<(int Tag, byte[] Data)> _toSelf = new();

    public int Rank => 0;

    public int WorldSize => 1;

    public bool WritesResult => true;

    public long SuspendedTicks => 0;

    public void AllReduce(Span<float> values)
    {
    }

    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
    }

    public virtual void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        gathered.Allocate([payload.Length]);
        payload.CopyTo(gathered.Slot(0));
    }

    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        SectionLengths.Check(outgoing, lengths, WorldSize);
        AllGather(outgoing[..lengths[0]], incoming);
    }

    public void Broadcast(Span<byte> data, int root) => ArgumentOutOfRangeException.ThrowIfNotEqual(root, 0);

    public void Send(ReadOnlySpan<byte> data, int destination, int tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination, 0);
        _toSelf.Enqueue((tag, data.ToArray()));
    }

    public void Receive(Span<byte> data, int source, int tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source, 0);
        if (!_toSelf.TryDequeue(out var message) || message.Tag != tag || message.Data.Length != data.Length)
        {
            throw new CommunicationException($"A world of one waits for a message to itself with tag {tag} that was never sent.");
        }

        message.Data.CopyTo(data);
    }

    public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag)
    {
        Send(data.Span, destination, tag);
        return CompletedExchange.Instance;
    }

    public IPendingExchange BeginReceive(Memory<byte> data, int source, int tag) => new AwaitedMessage(
        () => _toSelf.TryPeek(out var message) && message.Tag == tag, () => Receive(data.Span, source, tag));

    public IPendingExchange BeginAllReduce(Memory<float> values) => CompletedExchange.Instance;

    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        AllGather(payload.Span, gathered);
        return CompletedExchange.Instance;
    }

    public void Barrier()
    {
    }

    public ICommunicator Split(int color, int key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(color);
        return new LocalCommunicator();
    }

    public void Dispose() => GC.SuppressFinalize(this);
}
