using Compression.Core.Communication;
using Compression.Mpi.Requests;

namespace Compression.Mpi.Direct;

/// <summary>
/// An all-gather around a ring: every rank passes on to the next what comes from the one before, chunk by chunk, so that all links carry the same, and
/// a payload that is longer than the others leaves its rank once instead of n − 1 times.
/// </summary>
internal sealed class RingAllGather(int rank, int size, ExchangeWait wait, ChunkLane outgoing, ChunkLane incoming) : IPendingExchange
{
    private const string Name = "all-gather";

    // How far a rank may be ahead of what has come to it. A rank that sends all that it has at once fills its link's queue, behind which wait
    // the acknowledgements of what comes to it: 4 hosts, 582 kB each, 100 Mbit/s: 149 to 192 ms a round without, 150 to 158 ms with it.
    private const long Lead = 12 * ChunkLane.ChunkBytes;

    private int _own;

    /// <summary>Starts it; the buffer stays in place until it has ended.</summary>
    /// <param name="all">All payloads one after another by rank, of which this rank's own is there.</param>
    /// <param name="lengths">Bytes of each.</param>
    /// <param name="offsets">Where they begin.</param>
    public unsafe RingAllGather Begin(byte* all, ReadOnlySpan<int> lengths, ReadOnlySpan<int> offsets)
    {
        _own = lengths[rank];
        outgoing.Begin((rank + 1) % size, sends: true, tag: 0, Name);
        incoming.Begin((rank + size - 1) % size, sends: false, tag: 0, Name);
        for (int step = 0; step < size - 1; step++)
        {
            Add(outgoing, (rank + size - step) % size, lengths, offsets);
            Add(incoming, (rank + size - step - 1) % size, lengths, offsets);
        }

        return this;

        void Add(ChunkLane lane, int payload, ReadOnlySpan<int> lengths, ReadOnlySpan<int> offsets) => lane.Add(all + offsets[payload], lengths[payload]);
    }

    public bool Poll()
    {
        bool ended = incoming.Advance();
        return outgoing.Advance(ended ? long.MaxValue : Math.Min(_own, Lead) + incoming.Done) && ended;
    }

    public void Wait() => wait.For(this, Name);
}
