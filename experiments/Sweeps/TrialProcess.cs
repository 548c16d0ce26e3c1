using System.Diagnostics;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Mpi.Launching;

namespace Compression.Experiments.Sweeps;

/// <summary>A trial's run: a process of this program, in a session of its own, bound to its cores, that prints into the trial's log.</summary>
internal sealed class TrialProcess : IDisposable
{
    /// <summary>Names a trial's folder in the environment of all processes of its run, whoever started them.</summary>
    public const string Mark = "COMPRESSION_SWEEP_TRIAL";

    private const string Shell = "/bin/sh";

    // The shell is gone once the run has begun: its number is the run's.
    private const string Redirect = "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1 < /dev/null";

    // What would make trials take themselves for one run, or for ranks of another.
    private static readonly string[] s_notInherited =
        ["WANDB_RUN_ID", "WANDB_RESUME", "WANDB_NAME", "COMPRESSION_RUN_FOLDER", "COMPRESSION_TERMINAL", "OMP_NUM_THREADS"];

    private readonly Process _process;
    private int _asked;

    private TrialProcess(Process process) => _process = process;

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it.</summary>
    /// <param name="group">What its run is grouped by at Weights &amp; Biases, unless options or the environment say.</param>
    /// <param name="runFolder">The trial's folder.</param>
    /// <param name="log">The file that its output is added to.</param>
    /// <param name="words">The program's command line.</param>
    /// <param name="share">Its part of the machine.</param>
    /// <param name="workingFolder">Where relative paths start.</param>
    /// <param name="environment">Of this process.</param>
    public static TrialProcess Start(
        string group, string runFolder, string log, IReadOnlyList<string> words, CoreShare share, string workingFolder, CommandEnvironment environment)
    {
        // Ctrl+C of a terminal goes to its whole session; the run is to hear of it once, from here.
        string[] session = environment.FindProgram("setsid") is not null ? ["setsid"] : [];
        string[] binding = share.Cores is { } cores && environment.FindProgram("taskset") is not null ? ["taskset", "--cpu-list", cores] : [];
        var start = new ProcessStartInfo(Shell, ["-c", Redirect, "sh", log, .. session, .. binding, environment.Executable, .. words])
        {
            WorkingDirectory = workingFolder,
        };
        foreach (string name in s_notInherited)
        {
            start.Environment.Remove(name);
        }

        string groupVariable = WandbVariables.NameOf("wandb_group");
        start.Environment[groupVariable] = environment.Variable(groupVariable) is { Length: > 0 } own ? own : group;
        start.Environment[Mark] = runFolder;
        start.Environment[ParentWatch.Variable] = ParentWatch.ThisProcess;
        start.Environment[CommandEnvironment.RootVariable] = environment.RepositoryRoot;
        start.Environment[CommandEnvironment.DataVariable] = environment.Datasets ?? "";
        return new TrialProcess(Process.Start(start)!);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code; 128 + n after signal n.</returns>
    public async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Asks it to end after its step, with a checkpoint; once, since a second time ends it without.</summary>
    public void AskToEnd(ExitCode reason)
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            ProcessSignal.AskToEnd(_process.Id, reason);
        }
    }

    public void Dispose() => _process.Dispose();
}
