using System.Diagnostics;

namespace Compression.Experiments.Tests;

/// <summary>run.sh in a folder of its own, over a program that only tells how it was started, and with a PATH that the test fills.</summary>
internal sealed class RunScript : IDisposable
{
    // What the script itself uses, and no mpiexec or dotnet of this machine.
    private static readonly string[] s_tools =
        ["bash", "sh", "cat", "chmod", "cp", "dirname", "du", "env", "find", "flock", "grep", "head", "ln", "ls", "mkdir", "mktemp", "mv", "readlink", "rm", "rmdir", "sed", "sort", "tail", "touch", "uname"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compression-");

    public RunScript()
    {
        Directory.CreateDirectory(At("project/experiments"));
        Directory.CreateDirectory(At("tools"));
        File.Copy(Path.Combine(RepositoryRoot(), "run.sh"), At("project/run.sh"));
        File.WriteAllText(At("project/experiments/Program.cs"), "");
        foreach (string tool in s_tools)
        {
            string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
            File.CreateSymbolicLink(At($"tools/{tool}"), path ?? throw new InvalidOperationException($"This machine has no {tool}."));
        }

        WriteTool("sudo", """exec "$@" """);
        WriteExecutable(
            At("project/artifacts/bin/Compression.Experiments/release/Compression.Experiments"),
            """
            printf '%s\n' "$COMPRESSION_ROOT" "${UCX_ERROR_SIGNALS-unset}" "$@"
            for stream in 0 1 2; do [ -e /proc/$$/fd/$stream ] || touch "$COMPRESSION_ROOT/closed"; done
            exit 7
            """);
        File.WriteAllText(At("project/artifacts/.built"), "cpu\n");
    }

    public string Root => At("project");

    public string At(string path) => Path.Combine(_folder.FullName, path);

    /// <summary>Puts a program of a test's own on the script's PATH.</summary>
    public void WriteTool(string name, string body) => WriteExecutable(At($"tools/{name}"), body);

    /// <summary>Makes a source newer than the build.</summary>
    public void ChangeSource() => File.SetLastWriteTimeUtc(At("project/experiments/Program.cs"), DateTime.UtcNow.AddMinutes(1));

    /// <summary>Runs a line of sh in the folder above the project.</summary>
    public Outcome Run(string line, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = At("tools");
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience.Limit), "The script does not end.");
        return new Outcome(process.ExitCode, output.Result, errors.Result);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Writes a script of sh that can be started.</summary>
    public static void WriteExecutable(string path, string body)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Compression.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
