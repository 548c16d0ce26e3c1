using Compression.Core.Communication;

namespace Compression.Mpi;

/// <summary>The exchanges that block.</summary>
public sealed unsafe partial class MpiCommunicator
{
    /// <inheritdoc/>
    public void AllReduce(Span<float> values)
    {
        fixed (float* pointer = values)
        {
            if (_direct is { } direct && direct.IsLarge((long)values.Length * sizeof(float)))
            {
                SettleLengths();
                WaitFor(direct.AllReduce.Begin(pointer, values.Length), Names.AllReduce);
            }
            else
            {
                AllReduce(pointer, values.Length, _library.Handles.Float, _library.Handles.Sum);
            }
        }

        BytesHanded += (long)values.Length * sizeof(float);
    }

    /// <inheritdoc/>
    public void AllReduce(Span<double> values, ReduceOperation operation = ReduceOperation.Sum)
    {
        nint handle = operation switch
        {
            ReduceOperation.Sum => _library.Handles.Sum,
            ReduceOperation.Max => _library.Handles.Max,
            ReduceOperation.Min => _library.Handles.Min,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
        fixed (double* pointer = values)
        {
            AllReduce(pointer, values.Length, _library.Handles.Double, handle);
        }

        BytesHanded += (long)values.Length * sizeof(double);
    }

    /// <inheritdoc/>
    public void AllGather(ReadOnlySpan<byte> payload, GatheredPayloads gathered)
    {
        SettleLengths();
        nint request = 0;
        int own = payload.Length;
        nint type = _library.Handles.Int;
        fixed (int* lengths = _lengths, offsets = _offsets)
        {
            if (IsBlocking)
            {
                _wait.Check(_library.Allgather(&own, 1, type, lengths, 1, type, _handle), Names.AllGather);
            }
            else
            {
                _wait.Check(_library.Iallgather(&own, 1, type, lengths, 1, type, _handle, &request), Names.AllGather);
                Complete(request, Names.AllGather);
            }

            BytesHanded += sizeof(int) + payload.Length;
            if (!Place(gathered))
            {
                return;
            }

            type = _library.Handles.Byte;
            fixed (byte* send = payload, receive = gathered.All)
            {
                if (_direct is { } direct && direct.IsLarge(gathered.TotalLength))
                {
                    payload.CopyTo(gathered.Slot(Rank));
                    WaitFor(direct.AllGather.Begin(receive, _lengths, _offsets), Names.AllGather);
                }
                else if (IsBlocking)
                {
                    _wait.Check(_library.Allgatherv(send, own, type, receive, lengths, offsets, type, _handle), Names.AllGather);
                }
                else
                {
                    _wait.Check(_library.Iallgatherv(send, own, type, receive, lengths, offsets, type, _handle, &request), Names.AllGather);
                    Complete(request, Names.AllGather);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void AllToAll(ReadOnlySpan<byte> outgoing, ReadOnlySpan<int> lengths, GatheredPayloads incoming)
    {
        if (lengths.Length != WorldSize)
        {
            throw new ArgumentException($"{WorldSize} workers need {WorldSize} lengths, not {lengths.Length}.", nameof(lengths));
        }

        if (Offsets(lengths, _outgoingOffsets) != outgoing.Length)
        {
            throw new ArgumentException($"The sections do not add up to the {outgoing.Length} bytes given.", nameof(lengths));
        }

        SettleLengths();
        nint request = 0;
        nint type = _library.Handles.Int;
        fixed (int* sendLengths = lengths, sendOffsets = _outgoingOffsets, receiveLengths = _lengths, receiveOffsets = _offsets)
        {
            if (IsBlocking)
            {
                _wait.Check(_library.Alltoall(sendLengths, 1, type, receiveLengths, 1, type, _handle), Names.AllToAll);
            }
            else
            {
                _wait.Check(_library.Ialltoall(sendLengths, 1, type, receiveLengths, 1, type, _handle, &request), Names.AllToAll);
                Complete(request, Names.AllToAll);
            }

            BytesHanded += (sizeof(int) * (long)WorldSize) + outgoing.Length;
            _ = Place(incoming);
            type = _library.Handles.Byte;
            fixed (byte* send = outgoing, receive = incoming.All)
            {
                if (_direct is { } direct)
                {
                    outgoing.Slice(_outgoingOffsets[Rank], lengths[Rank]).CopyTo(incoming.Slot(Rank));
                    for (int step = 1; step < WorldSize; step++)
                    {
                        int peer = (Rank + step) % WorldSize;
                        direct.AllToAll.Begin(peer, send + _outgoingOffsets[peer], lengths[peer], receive + _offsets[peer], _lengths[peer]);
                    }

                    WaitFor(direct.AllToAll, Names.AllToAll);
                }
                else if (IsBlocking)
                {
                    _wait.Check(
                        _library.Alltoallv(send, sendLengths, sendOffsets, type, receive, receiveLengths, receiveOffsets, type, _handle),
                        Names.AllToAll);
                }
                else
                {
                    _wait.Check(
                        _library.Ialltoallv(
                            send, sendLengths, sendOffsets, type, receive, receiveLengths, receiveOffsets, type, _handle, &request),
                        Names.AllToAll);
                    Complete(request, Names.AllToAll);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> data, int root)
    {
        CheckMember(root, nameof(root));
        SettleLengths();
        nint request = 0;
        fixed (byte* pointer = data)
        {
            if (IsBlocking)
            {
                _wait.Check(_library.Bcast(pointer, data.Length, _library.Handles.Byte, root, _handle), Names.Broadcast);
            }
            else
            {
                _wait.Check(_library.Ibcast(pointer, data.Length, _library.Handles.Byte, root, _handle, &request), Names.Broadcast);
                Complete(request, Names.Broadcast);
            }
        }

        BytesHanded += Rank == root ? data.Length : 0;
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> data, int destination, int tag)
    {
        CheckMember(destination, nameof(destination));
        nint request = 0;
        fixed (byte* pointer = data)
        {
            _wait.Check(_library.Isend(pointer, data.Length, _library.Handles.Byte, destination, tag, _handle, &request), Names.Send);
            Complete(request, Names.Send, Only(destination));
        }

        BytesHanded += data.Length;
    }

    /// <inheritdoc/>
    public void Receive(Span<byte> data, int source, int tag)
    {
        CheckMember(source, nameof(source));
        nint request = 0;
        PendingRequest pending;
        fixed (byte* pointer = data)
        {
            _wait.Check(_library.Irecv(pointer, data.Length, _library.Handles.Byte, source, tag, _handle, &request), Names.Receive);
            pending = new PendingRequest(_library, _wait, Names.Receive, request, receives: true);
            WaitFor(pending, Names.Receive, Only(source));
        }

        if (pending.ReceivedBytes != data.Length)
        {
            throw new CommunicationException($"Rank {source} sent {pending.ReceivedBytes} bytes where rank {Rank} expected {data.Length}.");
        }
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        SettleLengths();
        nint request = 0;
        if (IsBlocking)
        {
            _wait.Check(_library.Barrier(_handle), Names.Barrier);
        }
        else
        {
            _wait.Check(_library.Ibarrier(_handle, &request), Names.Barrier);
            Complete(request, Names.Barrier);
        }
    }

    private void AllReduce(void* pointer, int count, nint type, nint operation)
    {
        SettleLengths();
        if (count == 0)
        {
            return;
        }

        nint request = 0;
        void* inPlace = (void*)_library.Family.InPlace;
        if (IsBlocking)
        {
            _wait.Check(_library.Allreduce(inPlace, pointer, count, type, operation, _handle), Names.AllReduce);
        }
        else
        {
            _wait.Check(_library.Iallreduce(inPlace, pointer, count, type, operation, _handle, &request), Names.AllReduce);
            Complete(request, Names.AllReduce);
        }
    }

    private void Complete(nint request, string what, int[]? awaited = null) => WaitFor(new PendingRequest(_library, _wait, what, request), what, awaited);

    private void WaitFor(IPendingExchange pending, string what, int[]? awaited = null) => _wait.For(pending, what, _unsized is null ? null : AdvanceLengths, awaited ?? _others);

    // The rank at the other end of a message, as the world numbers it.
    private int[] Only(int peer) => _singles[peer] ??= [_members[peer]];

    /// <summary>Makes room for payloads of the lengths in <c>_lengths</c>; false when all are empty.</summary>
    private bool Place(GatheredPayloads gathered)
    {
        gathered.Allocate(_lengths);
        return Offsets(_lengths, _offsets) > 0;
    }

    private static long Offsets(ReadOnlySpan<int> lengths, int[] offsets)
    {
        long end = 0;
        for (int rank = 0; rank < offsets.Length; rank++)
        {
            offsets[rank] = (int)end;
            end += lengths[rank];
        }

        return end;
    }

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
