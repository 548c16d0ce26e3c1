using System.Diagnostics;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Plots.Drawing;

/// <summary>The gnuplot of this machine.</summary>
internal sealed class Gnuplot
{
    private const string Name = "gnuplot";

    private readonly string _path;

    private Gnuplot(string path) => _path = path;

    /// <summary>Finds it in the folders of PATH; where it is missing, run.sh installs it.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it is not there.</exception>
    public static Gnuplot Find(CommandEnvironment environment)
    {
        if (environment.ProgramPath(Name) is null)
        {
            SystemPackage.Install(SystemPackage.Gnuplot, environment);
        }

        return environment.ProgramPath(Name) is { } path
            ? new Gnuplot(path)
            : throw new UserErrorException(
                ExitCode.Environment, "gnuplot is not installed, and draws the pictures; as root: apt-get install --no-install-recommends gnuplot-nox.");
    }

    /// <summary>Writes a picture's table and script into a folder, and runs the script there.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written, or gnuplot fails.</exception>
    public void Draw(Picture picture, string folder)
    {
        string script = picture.Name + ".gp";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, picture.Name + ".csv"), picture.Data.ToCsv());
            File.WriteAllText(Path.Combine(folder, script), picture.Script());
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Failure, $"--out {folder}: cannot be written ({cause.Message.TrimEnd('.')}); choose another --out.", cause);
        }

        // The user's own start-up file would change what the script draws.
        var start = new ProcessStartInfo(_path, ["--default-settings", script]) { WorkingDirectory = folder, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        string complaints = process.StandardError.ReadToEnd();
        process.WaitForExit();
        string[] missing = [.. ((string[])[".png", ".svg"]).Select(ending => picture.Name + ending).Where(file => !Holds(Path.Combine(folder, file)))];
        if (process.ExitCode != 0 || missing.Length > 0)
        {
            string reason = complaints.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("no file was written").Trim();
            throw new UserErrorException(
                ExitCode.Failure, $"gnuplot cannot draw {Path.Combine(folder, script)}: {reason}; gnuplot 5.4 or later with pngcairo is needed.");
        }
    }

    private static bool Holds(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };
}
