using Compression.Core.Communication;
using Compression.Mpi.Requests;

namespace Compression.Mpi;

/// <summary>The exchanges that block.</summary>
public sealed unsafe partial class MpiCommunicator
{
    public void AllReduce(Span<float> values)
    {
        SettleLengths();
        nint request = 0;
        fixed (float* pointer = values)
        {
            if (_direct is { } direct && direct.IsLarge((long)values.Length * sizeof(float)))
            {
                WaitFor(direct.AllReduce.Begin(pointer, values.Length), Names.AllReduce);
            }
            else if (values.Length > 0)
            {
                Complete(_library.AllReduce(pointer, values.Length, _handle, MayBlock, &request), request, Names.AllReduce);
            }
        }

        BytesHanded += (long)values.Length * sizeof(float);
    }

    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
        SettleLengths();
        nint request = 0;
        fixed (double* pointer = values)
        {
            if (values.Length > 0)
            {
                Complete(_library.AllReduce(pointer, values.Length, operation, _handle, MayBlock, &request), request, Names.AllReduce);
            }
        }

        BytesHanded += (long)values.Length * sizeof(double);
    }

    public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        SettleLengths();
        nint request = 0;
        _sections.Lengths[Rank] = payload.Length;
        Complete(_library.AllGather(_sections.LengthsAddress, _handle, MayBlock, &request), request, Names.AllGather);
        BytesHanded += sizeof(int) + payload.Length;
        gathered.Allocate(_sections.Lengths);
        if (_sections.Place() == 0)
        {
            return;
        }

        fixed (byte* own = payload, all = gathered.All)
        {
            if (_direct is { } direct && direct.IsLarge(gathered.TotalLength))
            {
                payload.CopyTo(gathered.Slot(Rank));
                WaitFor(direct.AllGather.Begin(all, _sections.Lengths, _sections.Offsets), Names.AllGather);
                return;
            }

            request = 0;
            int code = _library.AllGather(own, payload.Length, all, _sections.LengthsAddress, _sections.OffsetsAddress, _handle, MayBlock, &request);
            Complete(code, request, Names.AllGather);
        }
    }

    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        if (lengths.Length != WorldSize)
        {
            throw new ArgumentException($"{WorldSize} workers need {WorldSize} lengths, not {lengths.Length}.", nameof(lengths));
        }

        SettleLengths();
        lengths.CopyTo(_outgoing.Lengths);
        if (_outgoing.Place() != outgoing.Length)
        {
            throw new ArgumentException($"The sections do not add up to the {outgoing.Length} bytes given.", nameof(lengths));
        }

        nint request = 0;
        Complete(_library.AllToAll(_outgoing.LengthsAddress, _sections.LengthsAddress, _handle, MayBlock, &request), request, Names.AllToAll);
        BytesHanded += (sizeof(int) * (long)WorldSize) + outgoing.Length;
        incoming.Allocate(_sections.Lengths);
        _ = _sections.Place();
        fixed (byte* send = outgoing, receive = incoming.All)
        {
            if (_direct is { } direct)
            {
                outgoing.Slice(_outgoing.Offsets[Rank], lengths[Rank]).CopyTo(incoming.Slot(Rank));
                for (int step = 1; step < WorldSize; step++)
                {
                    int peer = (Rank + step) % WorldSize;
                    direct.AllToAll.Begin(peer, send + _outgoing.Offsets[peer], lengths[peer], receive + _sections.Offsets[peer], _sections.Lengths[peer]);
                }

                WaitFor(direct.AllToAll, Names.AllToAll);
                return;
            }

            request = 0;
            int code = _library.AllToAll(
                send, _outgoing.LengthsAddress, _outgoing.OffsetsAddress, receive, _sections.LengthsAddress, _sections.OffsetsAddress, _handle, MayBlock, &request);
            Complete(code, request, Names.AllToAll);
        }
    }

    public void Broadcast(Span<byte> data, int root)
    {
        CheckMember(root, nameof(root));
        SettleLengths();
        nint request = 0;
        fixed (byte* pointer = data)
        {
            Complete(_library.Broadcast(pointer, data.Length, root, _handle, MayBlock, &request), request, Names.Broadcast);
        }

        BytesHanded += Rank == root ? data.Length : 0;
    }

    public void Send(ReadOnlySpan<byte> data, int destination, int tag)
    {
        CheckMember(destination, nameof(destination));
        nint request = 0;
        fixed (byte* pointer = data)
        {
            int code = _library.Isend(pointer, data.Length, destination, tag, _handle, &request);
            WaitFor(Pending(code, request, Names.Send, Only(destination)), Names.Send, Only(destination));
        }

        BytesHanded += data.Length;
    }

    public void Receive(Span<byte> data, int source, int tag)
    {
        CheckMember(source, nameof(source));
        nint request = 0;
        fixed (byte* pointer = data)
        {
            int code = _library.Irecv(pointer, data.Length, source, tag, _handle, &request);
            PendingRequest pending = Pending(code, request, Names.Receive, Only(source), receives: true);
            WaitFor(new PendingMessage(pending, source, Rank, data.Length), Names.Receive, Only(source));
        }
    }

    public void Barrier()
    {
        SettleLengths();
        nint request = 0;
        Complete(_library.Barrier(_handle, MayBlock, &request), request, Names.Barrier);
    }

    // A collective is followed by the one object of this communicator, so that none is allocated.
    private void Complete(int code, nint request, string what) => WaitFor(_collective.Follow(code, what, request, _others), what);

    private void WaitFor(IPendingExchange pending, string what, int[]? awaited = null) => _wait.For(pending, what, _unsized is null ? null : AdvanceLengths, awaited ?? _others);

    // The rank at the other end of a message, as the world numbers it.
    private int[] Only(int peer) => _singles[peer] ??= [_members[peer]];

    private void CheckMember(int rank, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank, parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, WorldSize, parameter);
    }

    /// <summary>What messages call the exchanges.</summary>
    private static class Names
    {
        public const string AllReduce = "all-reduce";
        public const string AllGather = "all-gather";
        public const string AllToAll = "all-to-all";
        public const string Broadcast = "broadcast";
        public const string Send = "send";
        public const string Receive = "receive";
        public const string Barrier = "barrier";
    }
}
