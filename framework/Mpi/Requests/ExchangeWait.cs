using System.Diagnostics;
using Compression.Core.Communication;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Requests;

/// <summary>
/// Waits for a request by asking again and again: first at once, then giving the core to whoever wants it, and after a second,
/// when the peer is plainly busy with something else, with short sleeps between.
/// </summary>
internal sealed class ExchangeWait
{
    /// <summary>Enough for an exchange of some KB between ranks that run; more only takes the core from a rank that does not.</summary>
    private const int Spins = 64;

    private const int MostNamed = 8;

    // Sleeping earlier would slow down transfers through shared memory, which advance only while both sides ask.
    private static readonly TimeSpan s_yielding = TimeSpan.FromSeconds(1);

    // Others' time-outs are asked about now and then.
    private static readonly TimeSpan s_betweenQuestions = TimeSpan.FromMilliseconds(20);

    private readonly MpiLibrary _library;

    public ExchangeWait(MpiLibrary library, TimeSpan? limit)
    {
        _library = library;
        Limit = limit;
    }

    /// <summary>Longest time that one exchange may take; null for none.</summary>
    public TimeSpan? Limit { get; set; }

    /// <summary>Finds out whom an exchange waits for; null where that is not to be had.</summary>
    public PeerInquiry? Inquiry { get; set; }

    /// <summary>True after an error or a time-out: requests may still be under way, and finalizing would wait for them.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Turns a failed call into an exception; see <see cref="MpiLibrary.Check"/>.</summary>
    public void Check(int code, string what)
    {
        if (code != 0)
        {
            HasFailed = true;
            _library.Check(code, what);
        }
    }

    /// <summary>Blocks until the exchange has ended.</summary>
    /// <param name="exchange">What to wait for.</param>
    /// <param name="what">Its name in the message of a time-out.</param>
    /// <param name="meanwhile">What else has to progress so that the peers can come to this exchange.</param>
    /// <param name="awaited">The ranks, in the world, that it takes; null: not known.</param>
    /// <exception cref="CommunicationException">The limit has passed.</exception>
    public void For(IPendingExchange exchange, string what, Action? meanwhile = null, int[]? awaited = null)
    {
        for (int spin = 0; spin < Spins; spin++)
        {
            if (exchange.Poll())
            {
                return;
            }
        }

        long start = Stopwatch.GetTimestamp();
        TimeSpan listened = TimeSpan.Zero;
        while (!exchange.Poll())
        {
            meanwhile?.Invoke();
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > Limit)
            {
                HasFailed = true;
                throw new CommunicationException(
                    FormattableString.Invariant($"The {what} did not end within {Limit.Value.TotalSeconds:0.###} s: {Cause(awaited)}"));
            }

            if (Limit is not null && elapsed > listened + s_betweenQuestions)
            {
                listened = elapsed;
                Inquiry?.Listen(awaited);
            }

            if (elapsed < s_yielding)
            {
                Thread.Yield();
            }
            else
            {
                NativeProcess.Sleep(50);
            }
        }
    }

    private string Cause(int[]? awaited)
    {
        const string Unknown = "a peer is stuck or gone, or the network is too slow for this limit.";
        if (awaited is null || Inquiry is not { } inquiry)
        {
            return awaited is [var one] ? FormattableString.Invariant($"it waits for rank {one}.") : Unknown;
        }

        var silent = inquiry.FindSilent(awaited);
        string names = string.Join(", ", silent.Take(MostNamed).Select(inquiry.Name)) + (silent.Count > MostNamed ? FormattableString.Invariant($" and {silent.Count - MostNamed} others") : "");
        return silent.Count switch
        {
            0 => "all of its ranks wait; the network between them is broken, or too slow for this limit.",
            1 => $"it waits for {names}, which does not answer: busy, stopped, or out of reach.",
            _ => $"it waits for {names}, which do not answer: busy, stopped, or out of reach.",
        };
    }
}
