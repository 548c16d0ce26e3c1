using System.Diagnostics;
using System.Globalization;
using Compression.Core.Communication;
using Compression.Mpi.Interop;

namespace Compression.Mpi;

/// <summary>
/// Waits for a request by asking again and again: first at once, then giving the core to whoever wants it, and after a second,
/// when the peer is plainly busy with something else, with short sleeps between.
/// </summary>
internal sealed class ExchangeWait
{
    /// <summary>Enough for an exchange of some KB between ranks that run; more only takes the core from a rank that does not.</summary>
    private const int Spins = 64;

    // Sleeping earlier would slow down transfers through shared memory, which advance only while both sides ask.
    private static readonly TimeSpan s_yielding = TimeSpan.FromSeconds(1);

    private readonly MpiLibrary _library;

    public ExchangeWait(MpiLibrary library, TimeSpan? limit)
    {
        _library = library;
        Limit = limit;
    }

    /// <summary>Longest time that one exchange may take; null for none.</summary>
    public TimeSpan? Limit { get; set; }

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
    /// <exception cref="CommunicationException">The limit has passed.</exception>
    public void For(IPendingExchange exchange, string what, Action? meanwhile = null)
    {
        for (int spin = 0; spin < Spins; spin++)
        {
            if (exchange.Poll())
            {
                return;
            }
        }

        long start = Stopwatch.GetTimestamp();
        while (!exchange.Poll())
        {
            meanwhile?.Invoke();
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed > Limit)
            {
                HasFailed = true;
                throw new CommunicationException(
                    string.Create(CultureInfo.InvariantCulture, $"The {what} did not end within {Limit.Value.TotalSeconds:0.###} s: ")
                    + "a peer is stuck or gone, or the network is too slow for this limit.");
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
}
