using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Compression.Benchmarks;

/// <summary>Runs a script of <c>peers/</c> in the machine's PyTorch, in the same run as our own measurement.</summary>
public static class PyTorchPeer
{
    /// <summary>Said where no PyTorch is found.</summary>
    public const string Missing = "no PyTorch on this machine: apt-get install python3-torch shows it beside";

    // Debian's PyTorch belongs to Debian's own interpreter, which need not be the first on the path.
    private static readonly string[] s_interpreters = ["python3", "/usr/bin/python3"];

    /// <summary>An interpreter that can import torch; null where there is none.</summary>
    public static string? FindInterpreter() =>
        s_interpreters.FirstOrDefault(interpreter => Run(interpreter, ["-c", "import torch"]) is not null);

    /// <summary>Runs a script and reads the JSON line that it prints.</summary>
    /// <param name="interpreter">From <see cref="FindInterpreter"/>.</param>
    /// <param name="script">File name in <c>peers/</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The line, or null if the script failed.</returns>
    public static JsonElement? Measure(string interpreter, string script, params object[] arguments)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "peers", script);
        string[] texts = [.. arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!)];
        string? output = Run(interpreter, [path, .. texts]);
        return output is null ? null : JsonSerializer.Deserialize<JsonElement>(output);
    }

    private static string? Run(string interpreter, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
