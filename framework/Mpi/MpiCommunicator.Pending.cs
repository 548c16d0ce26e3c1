using System.Buffers;
using Compression.Core.Communication;
using Compression.Mpi.Requests;

namespace Compression.Mpi;

/// <summary>The exchanges that go on by themselves.</summary>
public sealed unsafe partial class MpiCommunicator
{
    public IPendingExchange BeginAllReduce(Memory<float> values)
    {
        SettleLengths();
        MemoryHandle pin = values.Pin();
        nint request = 0;
        int code = _library.AllReduce((float*)pin.Pointer, values.Length, _handle, mayBlock: false, &request);
        BytesHanded += (long)values.Length * sizeof(float);
        return Pending(code, request, Names.AllReduce, _others, pin: pin);
    }

    public IPendingExchange BeginAllGather(ReadOnlyMemory<byte> payload, GatheredPayloads gathered)
    {
        SettleLengths();
        Sections sections = new(WorldSize);
        sections.Lengths[Rank] = payload.Length;
        nint request = 0;
        int code = _library.AllGather(sections.LengthsAddress, _handle, mayBlock: false, &request);
        PendingRequest lengths = Pending(code, request, Names.AllGather, _others);
        BytesHanded += sizeof(int) + payload.Length;

        MemoryHandle pin = payload.Pin();
        byte* own = (byte*)pin.Pointer;
        _unsized = new PendingAllGather(_wait, _others, lengths, () => StartPayloads(own, sections, gathered), pin);
        return _unsized;
    }

    public IPendingExchange BeginSend(ReadOnlyMemory<byte> data, int destination, int tag)
    {
        CheckMember(destination, nameof(destination));
        MemoryHandle pin = data.Pin();
        nint request = 0;
        int code = _library.Isend(pin.Pointer, data.Length, destination, tag, _handle, &request);
        BytesHanded += data.Length;
        return Pending(code, request, Names.Send, Only(destination), pin: pin);
    }

    public IPendingExchange BeginReceive(Memory<byte> data, int source, int tag)
    {
        CheckMember(source, nameof(source));
        MemoryHandle pin = data.Pin();
        nint request = 0;
        int code = _library.Irecv(pin.Pointer, data.Length, source, tag, _handle, &request);
        return new PendingMessage(Pending(code, request, Names.Receive, Only(source), receives: true, pin), source, Rank, data.Length);
    }

    private PendingRequest? StartPayloads(byte* own, Sections sections, GatheredPayloads gathered)
    {
        gathered.Allocate(sections.Lengths);
        if (sections.Place() == 0)
        {
            return null;
        }

        nint request = 0;

        // The buffer of gathered payloads is allocated pinned, so its address outlives this block.
        fixed (byte* all = gathered.All)
        {
            int code = _library.AllGather(own, sections.Lengths[Rank], all, sections.LengthsAddress, sections.OffsetsAddress, _handle, mayBlock: false, &request);
            return Pending(code, request, Names.AllGather, _others);
        }
    }

    private PendingRequest Pending(int code, nint request, string what, int[]? awaited, bool receives = false, MemoryHandle pin = default) =>
        new PendingRequest(_library, _wait).Follow(code, what, request, awaited, receives, pin);

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
