using System.Buffers;
using Compression.Core.Communication;
using Compression.Mpi.Interop;

namespace Compression.Mpi;

/// <summary>One MPI request under way, and the buffer that it keeps in place.</summary>
internal sealed unsafe class PendingRequest : IPendingExchange
{
    private readonly MpiLibrary _library;
    private readonly ExchangeWait _wait;
    private readonly string _what;
    private readonly bool _receives;
    private readonly int[]? _awaited;
    private nint _request;
    private MemoryHandle _pin;
    private bool _done;

    /// <param name="library">Where the request lives.</param>
    /// <param name="wait">How to wait for it.</param>
    /// <param name="what">Its name in messages.</param>
    /// <param name="request">The handle that the starting call wrote.</param>
    /// <param name="pin">Released when the request has ended, and never when it fails: the library may still write there.</param>
    /// <param name="receives">True for a receive from one rank, whose status tells the bytes that came.</param>
    /// <param name="awaited">The ranks, in the world, that it takes; null: not known.</param>
    public PendingRequest(
        MpiLibrary library,
        ExchangeWait wait,
        string what,
        nint request,
        MemoryHandle pin = default,
        bool receives = false,
        int[]? awaited = null)
    {
        _library = library;
        _wait = wait;
        _what = what;
        _request = request;
        _pin = pin;
        _receives = receives;
        _awaited = awaited;
    }

    /// <summary>Bytes that came in; defined once a receive has ended.</summary>
    public int ReceivedBytes { get; private set; }

    public bool Poll()
    {
        if (_done)
        {
            return true;
        }

        byte* status = stackalloc byte[MpiLibrary.StatusBytes];
        nint request = _request;
        int done = 0;
        int code = _library.Test(&request, &done, status);
        _request = request;
        _wait.Check(code, _what);
        if (done == 0)
        {
            return false;
        }

        if (_receives)
        {
            int count = 0;
            _wait.Check(_library.GetCount(status, _library.Handles.Byte, &count), _what);
            ReceivedBytes = count;
        }

        _done = true;
        _pin.Dispose();
        return true;
    }

    public void Wait() => _wait.For(this, _what, awaited: _awaited);
}
