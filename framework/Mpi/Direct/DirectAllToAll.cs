using Compression.Core.Communication;
using Compression.Mpi.Requests;

namespace Compression.Mpi.Direct;

/// <summary>An all-to-all: bytes from every rank to every other at once, of any lengths that both ends know.</summary>
internal sealed class DirectAllToAll : IPendingExchange
{
    private const string Name = "all-to-all";

    private readonly int _rank;
    private readonly ExchangeWait _wait;
    private readonly ChunkLane[] _out;
    private readonly ChunkLane[] _in;

    /// <param name="rank">This rank.</param>
    /// <param name="size">n.</param>
    /// <param name="wait">How to wait.</param>
    /// <param name="lane">Makes a lane.</param>
    public DirectAllToAll(int rank, int size, ExchangeWait wait, Func<ChunkLane> lane)
    {
        (_rank, _wait) = (rank, wait);
        _out = [.. Enumerable.Range(0, size).Select(_ => lane())];
        _in = [.. Enumerable.Range(0, size).Select(_ => lane())];
    }

    /// <summary>Says what goes to a peer and what comes from it; all of it stays in place until the exchange has ended. Called once for every peer.</summary>
    public unsafe void Begin(int peer, byte* outgoing, int outgoingLength, byte* incoming, int incomingLength)
    {
        _out[peer].Begin(peer, sends: true, tag: 0, Name);
        _out[peer].Add(outgoing, outgoingLength);
        _in[peer].Begin(peer, sends: false, tag: 0, Name);
        _in[peer].Add(incoming, incomingLength);
    }

    public bool Poll()
    {
        bool ended = true;
        for (int step = 1; step < _out.Length; step++)
        {
            int peer = (_rank + step) % _out.Length;
            bool hasCome = _in[peer].Advance();
            ended &= _out[peer].Advance(hasCome ? long.MaxValue : _in[peer].Done + ChunkLane.Lead) && hasCome;
        }

        return ended;
    }

    public void Wait() => _wait.For(this, Name);
}
