namespace Compression.Mpi.Launching;

/// <summary>Looks programs up as a shell does.</summary>
internal static class ProgramPath
{
    /// <summary>The first file of this name in a folder of the PATH; null when there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
