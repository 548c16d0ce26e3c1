using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Compression.Mpi.Tests;

/// <summary>A job of ranks started through the launcher in a process of its own, as a user starts one.</summary>
internal sealed class RankJob : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenSource _limit = new(Patience.Limit);

    private RankJob(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _limit.Token.Register(() => process.Kill(entireProcessTree: true));
    }

    /// <summary>What the job writes.</summary>
    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts a job of the given family's MPI.</summary>
    public static RankJob Start(string family, int ranks, params string[] check) => Start("launch", family, ranks, check);

    private static RankJob Start(string way, string family, int ranks, string[] check)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Compression.Mpi.Ranks");
        ProcessStartInfo start = new(program, [way, ranks.ToString(CultureInfo.InvariantCulture), .. check])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["COMPRESSION_MPI"] = family;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new RankJob(Process.Start(start)!);
    }

    /// <summary>Runs a job to its end.</summary>
    public static JobResult Run(string family, int ranks, params string[] check)
    {
        using RankJob job = Start(family, ranks, check);
        return job.Finish();
    }

    /// <summary>Runs a job to its end whose launcher listens to what ranks tell of their joining and their end.</summary>
    public static JobResult RunAndListen(string family, int ranks, params string[] check)
    {
        using RankJob job = Start("await", family, ranks, check);
        return job.Finish();
    }

    /// <summary>Sends a signal to the launcher.</summary>
    public void Signal(PosixSignal signal)
    {
        string name = signal == PosixSignal.SIGINT ? "-INT" : "-TERM";
        using Process kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill {name} {_process.Id}")]);
        kill.WaitForExit();
    }

    /// <summary>Kills the process by which mpiexec holds the ranks of this host.</summary>
    public void KillProxy()
    {
        int proxy = Launching.ProcessTable.Descendants(_process.Id).Single(process => File.ReadAllText($"/proc/{process}/comm").StartsWith("hydra_pmi_proxy", StringComparison.Ordinal));
        Assert.True(Launching.ProcessSignal.End(proxy));
    }

    /// <summary>Reads the rest of the output and waits for the end.</summary>
    public JobResult Finish()
    {
        string output = Output.ReadToEnd();
        _process.WaitForExit();
        Assert.False(_limit.IsCancellationRequested, "the job hung");
        return new JobResult(_process.ExitCode, output, _errors.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _limit.Dispose();
        _process.Dispose();
    }
}
