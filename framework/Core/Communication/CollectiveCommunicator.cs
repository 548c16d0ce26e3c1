namespace Compression.Core.Communication;

/// <summary>The collectives of virtual workers: each brings its part, waits until all have come, and takes the result away.</summary>
internal abstract class CollectiveCommunicator : ICommunicator
{
    public abstract int Rank { get; }

    public abstract int WorldSize { get; }

    public abstract bool WritesResult { get; }

    public abstract long SuspendedTicks { get; }

    public void AllReduce(Span<float> values)
    {
        var meeting = Enter(nameof(AllReduce));
        if (meeting.Arrived == 0)
        {
            meeting.Floats = values.ToArray();
        }
        else
        {
            CheckLength(values.Length, meeting.Floats.Length);
            System.Numerics.Tensors.TensorPrimitives.Add(meeting.Floats, values, meeting.Floats);
        }

        Meet(meeting);
        meeting.Floats.CopyTo(values);
    }

    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
        var meeting = Enter($"{nameof(AllReduce)} of doubles");
        if (meeting.Arrived == 0)
        {
            meeting.Doubles = values.ToArray();
        }
        else
        {
            CheckLength(values.Length, meeting.Doubles.Length);
            for (int i = 0; i < values.Length; i++)
            {
                meeting.Doubles[i] = operation switch
                {
                    ReduceOperation.Sum => meeting.Doubles[i] + values[i],
                    ReduceOperation.Max => Math.Max(meeting.Doubles[i], values[i]),
                    _ => Math.Min(meeting.Doubles[i], values[i]),
                };
            }
        }

        Meet(meeting);
        meeting.Doubles.CopyTo(values);
    }

    public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        var meeting = Enter(nameof(AllGather));
        meeting.Sections[Rank] = payload.ToArray();
        if (meeting.Arrived == WorldSize - 1)
        {
            meeting.Gathered = [Assemble(meeting.Sections)];
        }

        Meet(meeting);
        gathered.ShareWith(meeting.Gathered[0]);
    }

    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        SectionLengths.Check(outgoing, lengths, WorldSize);
        var meeting = Enter(nameof(AllToAll));
        if (meeting.Arrived == 0)
        {
            meeting.Gathered = new GatheredPayloads[WorldSize];
        }

        var cut = new GatheredPayloads();
        cut.Allocate(lengths);
        outgoing[..cut.TotalLength].CopyTo(cut.All);
        meeting.Gathered[Rank] = cut;
        Meet(meeting);

        Span<int> mine = stackalloc int[WorldSize];
        for (int sender = 0; sender < mine.Length; sender++)
        {
            mine[sender] = meeting.Gathered[sender][Rank].Length;
        }

        incoming.Allocate(mine);
        for (int sender = 0; sender < mine.Length; sender++)
        {
            meeting.Gathered[sender][Rank].CopyTo(incoming.Slot(sender));
        }
    }

    public void Broadcast(Span<byte> data, int root)
    {
        var meeting = Enter($"{nameof(Broadcast)} from {root}");
        if (Rank == root)
        {
            meeting.Sections[root] = data.ToArray();
        }

        Meet(meeting);
        CheckLength(data.Length, meeting.Sections[root].Length);
        meeting.Sections[root].CopyTo(data);
    }

    public abstract void Send(ReadOnlySpan<byte> data, int destination, int tag);

    public abstract void Receive(Span<byte> data, int source, int tag);

    public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag)
    {
        Send(data.Span, destination, tag);
        return CompletedExchange.Instance;
    }

    public abstract IPendingExchange BeginReceive(Memory<byte> data, int source, int tag);

    public IPendingExchange BeginAllReduce(Memory<float> values)
    {
        AllReduce(values.Span);
        return CompletedExchange.Instance;
    }

    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        AllGather(payload.Span, gathered);
        return CompletedExchange.Instance;
    }

    public void Barrier() => Meet(Enter(nameof(Barrier)));

    public abstract ICommunicator Split(int color, int key);

    public void Dispose()
    {
    }

    protected abstract VirtualGroup.Collective Enter(string name);

    protected abstract void Meet(VirtualGroup.Collective collective);

    private static GatheredPayloads Assemble(byte[][] sections)
    {
        var gathered = new GatheredPayloads();
        gathered.Allocate([.. sections.Select(section => section.Length)]);
        for (int rank = 0; rank < sections.Length; rank++)
        {
            sections[rank].CopyTo(gathered.Slot(rank));
            sections[rank] = [];
        }

        return gathered;
    }

    private void CheckLength(int own, int peers)
    {
        if (own != peers)
        {
            throw new CommunicationException($"Worker {Rank} brings {own} elements, its peers {peers}.");
        }
    }
}
