using System.Buffers;
using Compression.Core.Communication;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Requests;

/// <summary>One MPI request under way, and the buffer that it keeps in place.</summary>
/// <param name="library">Where requests live.</param>
/// <param name="wait">How to wait.</param>
internal sealed unsafe class PendingRequest(MpiLibrary library, ExchangeWait wait) : IPendingExchange
{
    private string _what = "";
    private bool _receives;
    private int[]? _awaited;
    private nint _request;
    private MemoryHandle _pin;
    private bool _done = true;

    /// <summary>Bytes that came in; defined once a receive has ended.</summary>
    public int ReceivedBytes { get; private set; }

    /// <summary>Follows a request. Another may have been followed before, which has ended.</summary>
    /// <param name="code">What the starting call returned.</param>
    /// <param name="what">Its name in messages.</param>
    /// <param name="request">The handle that the starting call wrote; 0: it has ended.</param>
    /// <param name="awaited">The ranks, in the world, that it takes; null: not known.</param>
    /// <param name="receives">True for a receive from one rank, of which the bytes that came are wanted.</param>
    /// <param name="pin">Released when the request has ended, and never when it fails: the library may still write there.</param>
    public PendingRequest Follow(int code, string what, nint request, int[]? awaited, bool receives = false, MemoryHandle pin = default)
    {
        wait.Check(code, what);
        (_what, _request, _awaited, _receives, _pin, _done) = (what, request, awaited, receives, pin, request == 0);
        return this;
    }

    public bool Poll()
    {
        if (_done)
        {
            return true;
        }

        nint request = _request;
        int done = 0, received = 0;
        int code = library.Test(&request, &done, _receives ? &received : null);
        _request = request;
        wait.Check(code, _what);
        if (done == 0)
        {
            return false;
        }

        ReceivedBytes = received;
        _done = true;
        _pin.Dispose();
        return true;
    }

    public void Wait() => wait.For(this, _what, awaited: _awaited);
}
