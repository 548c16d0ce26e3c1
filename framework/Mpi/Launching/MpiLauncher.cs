using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>Starts a job of several ranks with the mpiexec of this machine, and waits for it.</summary>
public static class MpiLauncher
{
    /// <summary>
    /// Begins the one line in which a rank tells why it fails. Ranks that fail alike all print it; the launcher shows it once.
    /// </summary>
    public const string ErrorPrefix = "error: ";

    /// <summary>True where there is an mpiexec to start ranks with, or <c>COMPRESSION_MPI</c> says which MPI is meant.</summary>
    public static bool IsInstalled
    {
        get
        {
            if (Environment.GetEnvironmentVariable(LoadedMpi.ChoiceVariable) is not null)
            {
                return true;
            }

            try
            {
                return LauncherProgram.Find(choice: null) is not null;
            }
            catch (UserErrorException)
            {
                return false;
            }
        }
    }

    /// <summary>For terminals that do not tell their size.</summary>
    private const int UsualWidth = 80;

    private const int SignalInterrupt = 2;
    private const int SignalKill = 9;
    private const int SignalTerminate = 15;

    /// <summary>How long ranks may outlive their mpiexec.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs <paramref name="executable"/> in <c>options.Ranks</c> ranks. Output passes through unbuffered, less the launcher's own
    /// noise; SIGINT and SIGTERM (also for SIGHUP and SIGQUIT) go on to the ranks, which may save their state before they end.
    /// Ranks find the width of the terminal in <see cref="MpiEnvironment.TerminalVariable"/>.
    /// </summary>
    /// <param name="options">The job.</param>
    /// <param name="executable">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Sends SIGTERM to the job.</param>
    /// <returns>
    /// The exit code of the job: of the rank that failed first; 6 when a signal killed a rank; 130 or 143 after a signal sent here.
    /// </returns>
    /// <exception cref="UserErrorException">No launcher here (3); the options make no sense (2).</exception>
    public static int Run(
        MpiLaunchOptions options,
        string executable,
        IReadOnlyList<string> arguments,
        CancellationToken cancellation = default)
    {
        options.Validate();
        OpenFileLimit.RequireForJob(options.Ranks);
        LauncherProgram program = LauncherProgram.Find(MpiEnvironment.Current[LoadedMpi.ChoiceVariable]);
        options = WithVariables(options);
        using Process process = Start(program, options, executable, arguments);
        process.StandardInput.Close();
        JobRemarks remarks = new();
        using JoinWatch joining = new(process.Id, options.JoinWithin, remarks);
        using RankWatch watch = new(process.Id, options.Ranks);

        int forwarded = 0;
        void Forward(int signal)
        {
            bool again = Interlocked.Exchange(ref forwarded, signal) != 0;
            program.Dialect.Forward(process.Id, signal, again);
        }

        using PosixSignalRegistration interrupt = Catch(PosixSignal.SIGINT, () => Forward(SignalInterrupt));
        using PosixSignalRegistration terminate = Catch(PosixSignal.SIGTERM, () => Forward(SignalTerminate));
        using PosixSignalRegistration hangUp = Catch(PosixSignal.SIGHUP, () => Forward(SignalTerminate));
        using PosixSignalRegistration quit = Catch(PosixSignal.SIGQUIT, () => Forward(SignalTerminate));
        using CancellationTokenRegistration cancel = cancellation.Register(() => Forward(SignalTerminate));

        using Stream output = ScreenStream.Output();
        using Stream errors = ScreenStream.Error();
        JobOutput said = new(program.Dialect, remarks, errors, holdsUntilJoined: options.JoinWithin is not null);
        Task.WaitAll(
            [
                new JobOutput(program.Dialect, remarks, output).CopyFrom(process.StandardOutput.BaseStream),
                said.CopyFrom(process.StandardError.BaseStream),
            ],
            CancellationToken.None);
        process.WaitForExit();
        watch.Stop();
        joining.Stop();
        EndLeftovers(process.Id);
        AbandonedSegments.Remove();
        if (forwarded == 0 && (joining.HasEndedJob || remarks.Unstartable is not null))
        {
            var (code, message) = new JoinFailure(options, program.Dialect.Placement(options), remarks, said.Held).Describe(joining.Reaching);
            Say(ErrorPrefix + message + "\n");
            return (int)code;
        }

        Say(said.Held);
        return Conclude(process.ExitCode, forwarded, remarks, program.Dialect, options.NameOfRank, watch.FirstToEnd);
    }

    private static void Say(string text) => ScreenStream.Error().Write(Encoding.UTF8.GetBytes(text));

    private static int Conclude(int code, int forwarded, JobRemarks remarks, LauncherDialect dialect, Func<int, string> nameOfRank, int? firstToEnd)
    {
        // Even where mpiexec says 0: Hydra does so when the signal ends ranks that do not handle it.
        if (forwarded != 0)
        {
            return 128 + forwarded;
        }

        if (code == 0)
        {
            return 0;
        }

        // Ranks that are done, or cannot join and have told why, may leave without MPI_Finalize and not at one instant: Hydra ends the rest, and tells of deaths.
        if (remarks.MarksOf(remarks.Explained ? JoinEvent.Failed : JoinEvent.Done) is [var told, ..])
        {
            return told.Code;
        }

        RankDeath? death = remarks.Death;
        if (death is null && code is > 128 and <= 192 and not (int)ExitCode.Interrupted and not (int)ExitCode.Terminated)
        {
            death = new RankDeath(null, code - 128);
        }

        if (death is not null)
        {
            death = death with { Rank = death.Rank ?? firstToEnd };
            Say(ErrorPrefix + death.Describe(nameOfRank) + "\n");
            return (int)ExitCode.Communication;
        }

        // The first message is the cause; others tell who heard of it.
        if (!remarks.Explained && remarks.Kept is [var cause, ..])
        {
            Say(ErrorPrefix + dialect.Explain(cause) + "\n");
            return (int)ExitCode.Communication;
        }

        return code;
    }

    /// <summary>
    /// Waits for ranks that outlive their mpiexec, and kills them when they do not end: Open MPI's returns while ranks are still
    /// leaving, and a killed mpiexec leaves them alone. They are known by their session, which mpiexec leads.
    /// </summary>
    private static void EndLeftovers(int session)
    {
        long start = Stopwatch.GetTimestamp();
        while (ProcessTable.Read().Where(entry => entry.Session == session).ToArray() is { Length: > 0 } left)
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                Array.ForEach(left, entry => NativeProcess.Signal(entry.Number, SignalKill));
            }

            Thread.Sleep(5);
        }
    }

    private static Process Start(LauncherProgram program, MpiLaunchOptions options, string executable, IReadOnlyList<string> arguments)
    {
        // In a session of its own the job gets a Ctrl-C once, from here, and not also from the terminal; and it can be told from others.
        string[] session = ProgramPath.Find("setsid") is { } setsid ? [setsid] : [];
        var command = TiedCommand.Of([.. session, program.Path, .. program.Dialect.Arguments(options), executable, .. arguments]);
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in program.Dialect.Environment.Concat(options.Environment).Concat(program.Dialect.Reaching(options)))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static MpiLaunchOptions WithVariables(MpiLaunchOptions options)
    {
        Dictionary<string, string> variables = new(options.Environment);
        if (options.JoinWithin is not null)
        {
            variables[JoinMark.Variable] = "1";
        }

        if (!Console.IsOutputRedirected)
        {
            variables[MpiEnvironment.TerminalVariable] = (Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth).ToString(CultureInfo.InvariantCulture);
        }

        return options with { Environment = variables };
    }

    private static PosixSignalRegistration Catch(PosixSignal signal, Action action) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        action();
    });
}
