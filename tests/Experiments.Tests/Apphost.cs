using System.Diagnostics;

namespace Compression.Experiments.Tests;

/// <summary>The program as a process, for what cannot be seen from inside: ranks, signals, kills.</summary>
internal static class Apphost
{
    private const string Name = "Compression.Experiments";

    /// <summary>The executable, built beside the tests.</summary>
    public static string Path { get; } = System.IO.Path.GetFullPath(System.IO.Path.Combine(
        AppContext.BaseDirectory, "..", "..", Name, System.IO.Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), Name));

    /// <summary>Starts it in a sandbox, with these variables beside those that it always has.</summary>
    public static Process Start(Sandbox sandbox, string commandLine, params (string Name, string Value)[] variables) =>
        StartProgram(sandbox, Path, Sandbox.Split(commandLine), variables);

    /// <summary>Runs another program to its end, in a sandbox and with the same variables.</summary>
    public static Outcome RunProgram(Sandbox sandbox, string program, params string[] arguments) => ToEnd(StartProgram(sandbox, program, arguments));

    /// <summary>Runs it to its end.</summary>
    public static Outcome Run(Sandbox sandbox, string commandLine, params (string Name, string Value)[] variables) => ToEnd(Start(sandbox, commandLine, variables));

    /// <summary>Takes what it prints until it ends.</summary>
    public static Outcome ToEnd(Process started)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience.Limit), "The program does not end.");
        return new Outcome(process.ExitCode, output.Result, errors.Result);
    }

    private static Process StartProgram(Sandbox sandbox, string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = sandbox.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove(Cli.CommandEnvironment.DataVariable);
        start.Environment[Cli.CommandEnvironment.RootVariable] = Directory.CreateDirectory(sandbox.At("repository")).FullName;
        start.Environment["UCX_ERROR_SIGNALS"] = "";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Waits for the first row of metrics, which shows that a process trains.</summary>
    public static async Task UntilItTrains(Process process)
    {
        for (string? line = ""; line is not null; line = await process.StandardOutput.ReadLineAsync())
        {
            if (line.Contains("step", StringComparison.Ordinal) && line.Contains("loss", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail("The program ended before its first step: " + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>Waits until a process that prints rows has written a checkpoint into <c>run</c>.</summary>
    public static async Task UntilCheckpoint(Sandbox sandbox, Process process)
    {
        while (!Directory.Exists(sandbox.At("run", "checkpoints")) || Directory.GetDirectories(sandbox.At("run", "checkpoints"), "step-*").Length == 0)
        {
            Assert.NotNull(await process.StandardOutput.ReadLineAsync());
        }
    }

    /// <summary>Sends a signal, by its name, to a process.</summary>
    public static void Signal(int process, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process}"]);
        kill.WaitForExit();
    }

    /// <summary>Whether a process has taken the signal STOP.</summary>
    public static bool StandsStill(int process) =>
        File.ReadLines($"/proc/{process}/status").Any(line => line.StartsWith("State:\tT", StringComparison.Ordinal));

    /// <summary>The process that is a given rank of the job which writes into a folder.</summary>
    public static int ProcessOfRank(int rank, string runFolder)
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(folder), out int process))
            {
                continue;
            }

            string[] variables = ReadVariables(folder);
            if (variables.Contains($"COMPRESSION_RUN_FOLDER={runFolder}")
                && (variables.Contains($"PMI_RANK={rank}") || variables.Contains($"OMPI_COMM_WORLD_RANK={rank}"))
                && File.ReadAllText(System.IO.Path.Combine(folder, "cmdline")).Contains(Name, StringComparison.Ordinal))
            {
                return process;
            }
        }

        throw new InvalidOperationException($"No process is rank {rank} of the job in {runFolder}.");
    }

    // Processes end while one looks, and others' are not ours to read.
    private static string[] ReadVariables(string folder)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(folder, "environ")).Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
