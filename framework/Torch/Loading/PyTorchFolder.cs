using System.ComponentModel;
using System.Diagnostics;

namespace Compression.Torch.Loading;

/// <summary>
/// Where the Pythons of this process's environment would import torch from. They are asked, since they alone know all of their ways
/// (virtual environments, conda, modules, the user's own packages); torch itself is not imported.
/// </summary>
internal static class PyTorchFolder
{
    private const string Question = "import importlib.util as u; s = u.find_spec('torch'); print(s.origin or '' if s else '')";

    private static readonly string[] s_environments = ["VIRTUAL_ENV", "CONDA_PREFIX"];
    private static readonly string[] s_programs = ["python3", "python"];

    // On a shared file system a first start may take its time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>The folders of libraries, one after another as they are asked for.</summary>
    /// <param name="variable">Reads an environment variable; null where it is not set.</param>
    public static IEnumerable<string> FindAll(Func<string, string?> variable)
    {
        string[] pythons =
        [
            .. s_environments.Select(variable).Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.Combine(folder!, "bin", "python")),
            .. s_programs.Select(name => InPath(name, variable("PATH"))).OfType<string>(),
        ];
        return pythons.Select(Ask).OfType<string>().Distinct();
    }

    // A process's own search begins beside the program and in the working folder.
    private static string? InPath(string name, string? path) =>
        (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string? Ask(string python)
    {
        // A folder named torch below the working folder would be taken for a part of the package.
        var start = new ProcessStartInfo(python, ["-c", Question])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var answer = process.StandardOutput.ReadToEndAsync();
            var complaint = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            Task.WaitAll(answer, complaint);
            // What a start-up file of the site prints comes before.
            string last = answer.Result.TrimEnd().Split('\n')[^1];
            return process.ExitCode == 0 && Path.IsPathRooted(last) ? Path.Combine(Path.GetDirectoryName(last)!, "lib") : null;
        }
        catch (Win32Exception)
        {
            return null; // No such Python.
        }
    }
}
