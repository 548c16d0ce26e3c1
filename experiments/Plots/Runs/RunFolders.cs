using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Files;

namespace Compression.Experiments.Plots.Runs;

/// <summary>Finds and reads the runs in the folders that a user names.</summary>
internal static class RunFolders
{
    // A sweep keeps its trials two levels down; a folder of sweeps has one more.
    private const int Depth = 4;

    /// <summary>Reads all runs, each once, in the order of the folders and then of the names.</summary>
    /// <param name="folders">As the user wrote them; each a run's folder, or a folder with runs below it.</param>
    /// <param name="environment">Where relative paths start.</param>
    /// <param name="notes">Takes one line for each thing that is missing or damaged.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a folder is missing, or holds no run.</exception>
    public static IReadOnlyList<RunData> Read(IReadOnlyList<string> folders, CommandEnvironment environment, ICollection<string> notes)
    {
        var runs = new List<RunData>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            string path = Path.TrimEndingDirectorySeparator(environment.FullPath(folder));
            if (!Directory.Exists(path))
            {
                throw new UserErrorException(ExitCode.Usage, $"{folder}: no such folder; name a run's folder, or a folder of runs.");
            }

            string[] found = [.. Below(path, Depth)];
            if (found.Length == 0)
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{folder}: no run there; a run's folder holds {RunFiles.Config}, which ./run.sh train --out {folder} writes.");
            }

            foreach (string run in found.Where(known.Add))
            {
                string name = run == path ? Path.GetFileName(run) : Path.GetRelativePath(path, run);
                try
                {
                    runs.Add(RunReader.Read(run, name));
                }
                catch (UserErrorException damage)
                {
                    notes.Add($"{name}: left out, as {RunFiles.Config} cannot be read ({damage.Message})");
                }
            }
        }

        foreach (string note in runs.SelectMany(run => run.Notes))
        {
            notes.Add(note);
        }

        return runs.Count > 0
            ? runs
            : throw new UserErrorException(ExitCode.Usage, $"{string.Join(' ', folders)}: no {RunFiles.Config} there can be read; name a folder of other runs.");
    }

    // What lies inside a run's folder is its own.
    private static IEnumerable<string> Below(string folder, int depth)
    {
        if (File.Exists(Path.Combine(folder, RunFiles.Config)))
        {
            return [folder];
        }

        return depth == 0 ? [] : Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(inner => Below(inner, depth - 1));
    }
}
