using Compression.Tracking.Files;

namespace Compression.Tracking.Wandb;

/// <summary>The files of a run directory that go to the server, copied beside the log, where the official tool looks for them too.</summary>
internal static class SavedRunFiles
{
    private static readonly string[] s_names =
        [RunFiles.Config, RunFiles.Environment, RunFiles.Metrics, RunFiles.Evaluations, RunFiles.Summary, RunFiles.Log];

    private static readonly string[] s_pictures = [".png", ".svg"];

    /// <summary>Copies what is there; plots go under <c>media/</c>.</summary>
    /// <returns>The names, relative to the folder <c>files</c>.</returns>
    /// <exception cref="Core.Reporting.UserErrorException">A copy cannot be written.</exception>
    public static IReadOnlyList<string> Copy(RunDirectory directory, string logPath)
    {
        string target = Path.Combine(Path.GetDirectoryName(logPath)!, "files");
        string plots = directory.PathOf(RunFiles.Plots);
        IEnumerable<string> pictures = Directory.Exists(plots)
            ? Directory.EnumerateFiles(plots, "*", SearchOption.AllDirectories).Where(path => s_pictures.Contains(Path.GetExtension(path)))
            : [];
        (string Source, string Name)[] files =
        [
            .. s_names.Select(name => (directory.PathOf(name), name)).Where(file => File.Exists(file.Item1)),
            .. pictures.Order(StringComparer.Ordinal).Select(path => (path, $"media/{Path.GetRelativePath(directory.FullPath, path).Replace('\\', '/')}")),
        ];
        WriteFailure.Guard(() =>
        {
            foreach (var (source, name) in files)
            {
                string copy = Path.Combine(target, name);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(source, copy, overwrite: true);
            }
        });
        return [.. files.Select(file => file.Name)];
    }
}
