using System.Runtime.InteropServices;
using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>
/// Hears of Ctrl+C and SIGTERM. The first asks the run to end after its step, with a checkpoint and a summary; the second ends the
/// program at once.
/// </summary>
public sealed class StopRequest : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _gate = new();
    private ExitCode? _reason;

    /// <summary>Cancelled by the first request.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The exit code that belongs to the request; null while there is none.</summary>
    public ExitCode? Reason => _reason;

    /// <summary>Listens to the signals of this process.</summary>
    public static StopRequest OfSignals()
    {
        var request = new StopRequest();
        request.Register(PosixSignal.SIGINT, ExitCode.Interrupted);
        request.Register(PosixSignal.SIGTERM, ExitCode.Terminated);
        return request;
    }

    /// <summary>Asks for the end.</summary>
    /// <returns>False where it had been asked for before: the caller is impatient.</returns>
    public bool Ask(ExitCode reason)
    {
        lock (_gate)
        {
            if (_reason is not null)
            {
                return false;
            }

            _reason = reason;
        }

        _source.Cancel();
        return true;
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Register(PosixSignal signal, ExitCode reason) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (!Ask(reason))
        {
            Environment.Exit((int)reason);
        }
    }));
}
