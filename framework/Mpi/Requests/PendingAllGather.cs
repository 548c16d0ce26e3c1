using System.Buffers;
using Compression.Core.Communication;

namespace Compression.Mpi.Requests;

/// <summary>
/// An all-gather under way, in two phases: the lengths of all payloads, then the payloads. The second can only start when the
/// first has ended, and every rank must start collectives in the same order; so the communicator lets one at most be in its first
/// phase, and moves it on before it starts another collective.
/// </summary>
/// <param name="wait">How to wait.</param>
/// <param name="awaited">The ranks, in the world, that it takes; null: not known.</param>
/// <param name="lengths">The first phase, started.</param>
/// <param name="startPayloads">Starts the second phase once the lengths are there; null when all payloads are empty.</param>
/// <param name="pin">Keeps this rank's payload in place; released at the end, never after a failure.</param>
internal sealed class PendingAllGather(
    ExchangeWait wait, int[]? awaited, PendingRequest lengths, Func<PendingRequest?> startPayloads, MemoryHandle pin) : IPendingExchange
{
    private readonly int[]? _awaited = awaited;
    private PendingRequest? _payloads;
    private bool _done;

    /// <summary>True once the second phase has been started.</summary>
    public bool KnowsLengths { get; private set; }

    /// <summary>Starts the second phase if the lengths are there; does not wait.</summary>
    public void Advance()
    {
        if (!KnowsLengths && lengths.Poll())
        {
            KnowsLengths = true;
            _payloads = startPayloads();
        }
    }

    /// <summary>Waits until the second phase has been started, that is, until all peers have begun this exchange.</summary>
    public void WaitForLengths()
    {
        lengths.Wait();
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
        pin.Dispose();
        return true;
    }

    public void Wait() => wait.For(this, "all-gather", awaited: _awaited);
}
