using System.Buffers;
using Compression.Core.Communication;

namespace Compression.Mpi.Requests;

/// <summary>
/// An all-gather under way, in two phases: the lengths of all payloads, then the payloads. The second can only start when the
/// first has ended, and every rank must start collectives in the same order; so the communicator lets one at most be in its first
/// phase, and moves it on before it starts another collective.
/// </summary>
internal sealed class PendingAllGather : IPendingExchange
{
    private readonly ExchangeWait _wait;
    private readonly int[]? _awaited;
    private readonly PendingRequest _lengths;
    private readonly Func<PendingRequest?> _startPayloads;
    private readonly MemoryHandle _pin;
    private PendingRequest? _payloads;
    private bool _done;

    /// <param name="wait">How to wait.</param>
    /// <param name="awaited">The ranks, in the world, that it takes; null: not known.</param>
    /// <param name="lengths">The first phase, started.</param>
    /// <param name="startPayloads">Starts the second phase once the lengths are there; null when all payloads are empty.</param>
    /// <param name="pin">Keeps this rank's payload in place; released at the end, never after a failure.</param>
    public PendingAllGather(ExchangeWait wait, int[]? awaited, PendingRequest lengths, Func<PendingRequest?> startPayloads, MemoryHandle pin)
    {
        _wait = wait;
        _awaited = awaited;
        _lengths = lengths;
        _startPayloads = startPayloads;
        _pin = pin;
    }

    /// <summary>True once the second phase has been started.</summary>
    public bool KnowsLengths { get; private set; }

    /// <summary>Starts the second phase if the lengths are there; does not wait.</summary>
    public void Advance()
    {
        if (!KnowsLengths && _lengths.Poll())
        {
            KnowsLengths = true;
            _payloads = _startPayloads();
        }
    }

    /// <summary>Waits until the second phase has been started, that is, until all peers have begun this exchange.</summary>
    public void WaitForLengths()
    {
        _lengths.Wait();
        Advance();
    }

    public bool Poll()
    {
        if (_done)
        {
            return true;
        }

        Advance();
        if (!KnowsLengths || _payloads is { } payloads && !payloads.Poll())
        {
            return false;
        }

        _done = true;
        _pin.Dispose();
        return true;
    }

    public void Wait() => _wait.For(this, "all-gather", awaited: _awaited);
}
