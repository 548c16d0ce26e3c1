namespace Compression.Core.Communication;

/// <summary>A group as one virtual worker sees it.</summary>
/// <param name="cluster">Where the mail lies.</param>
/// <param name="worker">Whose turn it is while this is used.</param>
/// <param name="group">The members.</param>
/// <param name="rank">This worker's place among them.</param>
/// <param name="writesResult">See <see cref="ICommunicator.WritesResult"/>.</param>
internal sealed class VirtualMember(
    InProcessCluster cluster, InProcessCluster.VirtualWorker worker, VirtualGroup group, int rank, bool writesResult) : CollectiveCommunicator
{
    public override int Rank => rank;

    public override int WorldSize => group.Size;

    public override bool WritesResult => writesResult;

    public override long SuspendedTicks => worker.SuspendedTicks;

    public override void Send(ReadOnlySpan<byte> data, int destination, int tag) =>
        cluster.Mailbox(group, Rank, destination, tag).Enqueue(data.ToArray());

    public override void Receive(Span<byte> data, int source, int tag)
    {
        var mailbox = cluster.Mailbox(group, source, Rank, tag);
        if (mailbox.Count == 0)
        {
            worker.HandOver(() => mailbox.Count > 0);
        }

        byte[] message = mailbox.Dequeue();
        if (message.Length != data.Length)
        {
            throw new CommunicationException($"Worker {Rank} expects {data.Length} bytes from {source}, {message.Length} came.");
        }

        message.CopyTo(data);
    }

    public override IPendingExchange BeginReceive(Memory<byte> data, int source, int tag) => new AwaitedMessage(
        () =>
        {
            // Whoever asks again and again lets the sender have its turn.
            if (cluster.Mailbox(group, source, Rank, tag).Count == 0)
            {
                worker.HandOver(static () => true);
            }

            return cluster.Mailbox(group, source, Rank, tag).Count > 0;
        },
        () => Receive(data.Span, source, tag));

    public override ICommunicator Split(int color, int key)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(color);
        var meeting = Enter(nameof(Split));
        meeting.Choices[Rank] = (color, key);
        Meet(meeting);
        int[] members = [.. Enumerable.Range(0, WorldSize)
            .Where(member => meeting.Choices[member].Color == color)
            .OrderBy(member => meeting.Choices[member].Key)];
        if (!meeting.Groups.TryGetValue(color, out var part))
        {
            meeting.Groups[color] = part = cluster.Open(new VirtualGroup(members.Length));
        }

        return new VirtualMember(cluster, worker, part, Array.IndexOf(members, Rank), writesResult);
    }

    protected override VirtualGroup.Collective Enter(string name)
    {
        var collective = group.Current ??= new VirtualGroup.Collective(name, WorldSize);
        if (collective.Name != name)
        {
            throw new CommunicationException($"Worker {Rank} calls {name} while its peers call {collective.Name}.");
        }

        return collective;
    }

    protected override void Meet(VirtualGroup.Collective collective)
    {
        collective.Arrived++;
        if (collective.IsComplete)
        {
            group.Current = null;
        }

        // The last to come hands over its turn too: all go on in the order of ranks, so that sums are added up in it, and the one
        // that writes results does so after all others.
        worker.HandOver(() => collective.IsComplete);
    }
}
