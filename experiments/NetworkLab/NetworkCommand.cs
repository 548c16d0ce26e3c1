using System.ComponentModel;
using System.Diagnostics;
using Compression.Core.Reporting;

namespace Compression.Experiments.NetworkLab;

/// <summary>Runs <c>ip</c> and <c>tc</c>.</summary>
internal static class NetworkCommand
{
    /// <summary>Runs a command to its end.</summary>
    /// <param name="line">Words parted by single spaces.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: the program is missing, or refuses.</exception>
    public static string Run(string line)
    {
        var (code, output, errors) = Execute(line);
        return code == 0
            ? output
            : throw new UserErrorException(ExitCode.Environment, $"The lab's network cannot be set up: '{line}' says: {errors.Trim()}");
    }

    /// <summary>Runs a command whose failure does not matter: what it was to remove may be gone.</summary>
    public static string Try(string line) => Execute(line).Output;

    private static (int Code, string Output, string Errors) Execute(string line)
    {
        string[] words = line.Split(' ');
        try
        {
            using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (Win32Exception)
        {
            throw new UserErrorException(ExitCode.Environment, $"The lab needs '{words[0]}'; install it with: apt-get install iproute2");
        }
    }
}
