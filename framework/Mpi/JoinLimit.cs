using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;

namespace Compression.Mpi;

/// <summary>
/// Ends a rank that waits too long for the others to join, since a call of <c>MPI_Init</c> cannot be given up. Only where the ranks were started
/// by another launcher: ours (<see cref="JoinWatch"/>) knows better who is missing.
/// </summary>
internal sealed class JoinLimit : IDisposable
{
    /// <summary>Time for the first rank to speak, and to end the job.</summary>
    private static readonly TimeSpan s_precedence = TimeSpan.FromSeconds(1);

    private readonly Timer? _timer;

    /// <param name="limit">Time to join; null waits for ever.</param>
    /// <param name="environment">Of this rank.</param>
    public JoinLimit(TimeSpan? limit, MpiEnvironment environment)
    {
        if (limit is { } time && environment[JoinMark.Variable] is null)
        {
            string message = FormattableString.Invariant(
                $"rank {environment.Rank ?? 0} on {environment.Host}: not all ranks have joined within {time.TotalSeconds:0.###} s; ");
            _timer = new Timer(_ => Leave(message), null, environment.Rank > 0 ? time + s_precedence : time, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Called when all have joined.</summary>
    public void Dispose() => _timer?.Dispose();

    private static void Leave(string message)
    {
        using Stream errors = ScreenStream.Error();
        errors.Write(Encoding.UTF8.GetBytes($"{MpiLauncher.ErrorPrefix}{message}see what others say, and whether their hosts are up and reach each other.\n"));
        NativeProcess.Leave((int)ExitCode.Communication);
    }
}
