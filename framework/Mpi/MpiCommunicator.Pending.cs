using System.Buffers;
using System.Runtime.InteropServices;
using Compression.Core.Communication;

namespace Compression.Mpi;

/// <summary>The exchanges that go on by themselves.</summary>
public sealed unsafe partial class MpiCommunicator
{
    /// <inheritdoc/>
    public IPendingExchange BeginAllReduce(Memory<float> values)
    {
        SettleLengths();
        MemoryHandle pin = values.Pin();
        nint request = 0;
        _wait.Check(
            _library.Iallreduce(
                (void*)_library.Family.InPlace,
                pin.Pointer,
                values.Length,
                _library.Handles.Float,
                _library.Handles.Sum,
                _handle,
                &request),
            Names.AllReduce);
        BytesHanded += (long)values.Length * sizeof(float);
        return new PendingRequest(_library, _wait, Names.AllReduce, request, pin, awaited: _others);
    }

    /// <inheritdoc/>
    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        SettleLengths();
        int n = WorldSize;

        // Entry n is this rank's own length; the offsets come after it. Allocated pinned, since the library keeps the addresses.
        int[] table = GC.AllocateUninitializedArray<int>((2 * n) + 1, pinned: true);
        table[n] = payload.Length;
        int* lengths = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(table, 0);
        nint request = 0;
        nint type = _library.Handles.Int;
        _wait.Check(_library.Iallgather(lengths + n, 1, type, lengths, 1, type, _handle, &request), Names.AllGather);
        BytesHanded += sizeof(int) + payload.Length;

        MemoryHandle pin = payload.Pin();
        void* send = pin.Pointer;
        PendingRequest first = new(_library, _wait, Names.AllGather, request, awaited: _others);
        _unsized = new PendingAllGather(_wait, _others, first, () => StartPayloads(send, table, gathered), pin);
        return _unsized;
    }

    /// <inheritdoc/>
    public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag)
    {
        CheckMember(destination, nameof(destination));
        MemoryHandle pin = data.Pin();
        nint request = 0;
        _wait.Check(
            _library.Isend(pin.Pointer, data.Length, _library.Handles.Byte, destination, tag, _handle, &request), Names.Send);
        BytesHanded += data.Length;
        return new PendingRequest(_library, _wait, Names.Send, request, pin, awaited: Only(destination));
    }

    /// <inheritdoc/>
    public IPendingExchange BeginReceive(Memory<byte> data, int source, int tag)
    {
        CheckMember(source, nameof(source));
        MemoryHandle pin = data.Pin();
        nint request = 0;
        _wait.Check(
            _library.Irecv(pin.Pointer, data.Length, _library.Handles.Byte, source, tag, _handle, &request), Names.Receive);
        return new PendingMessage(new PendingRequest(_library, _wait, Names.Receive, request, pin, receives: true, awaited: Only(source)), source, Rank, data.Length);
    }

    private PendingRequest? StartPayloads(void* send, int[] table, GatheredPayloads gathered)
    {
        int n = WorldSize;
        Span<int> lengths = table.AsSpan(0, n);
        gathered.Allocate(lengths);
        int end = 0;
        for (int rank = 0; rank < n; rank++)
        {
            table[n + 1 + rank] = end;
            end += lengths[rank];
        }

        if (end == 0)
        {
            return null;
        }

        int* pointer = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(table, 0);
        nint request = 0;
        nint type = _library.Handles.Byte;

        // The buffer of gathered payloads is allocated pinned, so its address outlives this block.
        fixed (byte* receive = gathered.All)
        {
            _wait.Check(
                _library.Iallgatherv(send, pointer[n], type, receive, pointer, pointer + n + 1, type, _handle, &request),
                Names.AllGather);
        }

        return new PendingRequest(_library, _wait, Names.AllGather, request, awaited: _others);
    }

    /// <summary>
    /// Before a collective: brings the pending all-gather into its second phase. This waits only until all peers have begun it,
    /// which each does before anything later, so it cannot deadlock.
    /// </summary>
    private void SettleLengths()
    {
        ObjectDisposedException.ThrowIf(_handle == 0, this);
        _unsized?.WaitForLengths();
        _unsized = null;
    }

    /// <summary>
    /// While a send or receive waits: the peer may first wait for the pending all-gather, whose second phase needs this rank.
    /// </summary>
    private void AdvanceLengths() => _unsized?.Advance();
}
