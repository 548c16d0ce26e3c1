using Compression.Core.Communication;
using Compression.Mpi.Interop;
using Compression.Mpi.Requests;

namespace Compression.Mpi.Direct;

/// <summary>
/// One direction between this rank and a peer: bytes that go out, or come in, as a row of short messages, a few of them under way at once. Short,
/// because an MPI library sends short messages at once, and asks for long ones beforehand: between two ranks that send to each other over
/// one TCP connection the answer waits behind the peer's own data, so that the link goes idle (UCX 1.13 then carries half of its rate).
/// </summary>
internal sealed unsafe class ChunkLane(MpiLibrary library, ExchangeWait wait, nint communicator)
{
    /// <summary>Bytes of a message; twice as many are already asked for beforehand by UCX 1.13.</summary>
    public const int ChunkBytes = 16 * 1024;

    /// <summary>
    /// How far a lane may go ahead of what comes back from its peer. Without it some lanes fill the link of a peer while others wait, and at the end
    /// links idle (100 Mbit/s, 4 hosts, 4.65M floats: 2.43 s with it, 2.53 s without).
    /// </summary>
    public const long Lead = 8 * ChunkBytes;

    private const int Window = 16;

    private readonly PendingChunk[] _underWay = new PendingChunk[Window];
    private readonly List<Section> _sections = [];
    private bool _sends;
    private string _what = "";
    private int _peer;
    private int _tag;
    private int _oldest;
    private int _count;
    private int _section;
    private long _offset;
    private long _total;
    private long _started;

    /// <summary>Bytes from the beginning that have come, or that MPI has taken and needs no longer.</summary>
    public long Done { get; private set; }

    /// <summary>Forgets what went before.</summary>
    /// <param name="peer">The other rank.</param>
    /// <param name="sends">Whether bytes go out.</param>
    /// <param name="tag">The same at both ends; lanes between the same ranks in one exchange differ in it.</param>
    /// <param name="what">The exchange, as messages call it.</param>
    public void Begin(int peer, bool sends, int tag, string what)
    {
        (_peer, _sends, _tag, _what) = (peer, sends, tag, what);
        _sections.Clear();
        (_section, _offset, _total, _started, Done) = (0, 0, 0, 0, 0);
    }

    /// <summary>Appends bytes, which stay in place until the exchange has ended. Both ends append sections of the same lengths.</summary>
    public void Add(void* start, long length)
    {
        if (length > 0)
        {
            _sections.Add(new Section((byte*)start, length));
            _total += length;
        }
    }

    /// <summary>Sees what has arrived, and hands on what may go.</summary>
    /// <param name="ready">Bytes from the beginning that may be under way by now.</param>
    /// <returns>Whether all bytes are done.</returns>
    public bool Advance(long ready = long.MaxValue)
    {
        while (_count > 0 && HasEnded(ref _underWay[_oldest]))
        {
            Done += _underWay[_oldest].Length;
            _oldest = (_oldest + 1) % Window;
            _count--;
        }

        while (_count < Window && _started < _total)
        {
            Section section = _sections[_section];
            int length = (int)Math.Min(ChunkBytes, section.Length - _offset);
            if (_started + length > ready)
            {
                break;
            }

            Post(section.Start + _offset, length);
            _started += length;
            _offset += length;
            if (_offset == section.Length)
            {
                (_section, _offset) = (_section + 1, 0);
            }
        }

        return Done == _total;
    }

    private void Post(byte* start, int length)
    {
        ref PendingChunk chunk = ref _underWay[(_oldest + _count) % Window];
        nint request = 0;
        wait.Check(
            _sends
                ? library.Isend(start, length, _peer, _tag, communicator, &request)
                : library.Irecv(start, length, _peer, _tag, communicator, &request),
            _what);
        chunk = new PendingChunk(request, length);
        _count++;
    }

    private bool HasEnded(ref PendingChunk chunk)
    {
        nint request = chunk.Request;
        int done = 0, came = 0;
        int code = library.Test(&request, &done, _sends ? null : &came);
        chunk = chunk with { Request = request };
        wait.Check(code, _what);
        if (done == 0 || _sends)
        {
            return done != 0;
        }

        return came == chunk.Length
            ? true
            : throw new CommunicationException($"Rank {_peer} brings another length to the {_what} than this rank: start all ranks with the same options.");
    }

    private readonly record struct PendingChunk(nint Request, int Length);

    private readonly struct Section(byte* start, long length)
    {
        public byte* Start => start;

        public long Length => length;
    }
}
