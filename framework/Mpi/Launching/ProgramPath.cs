namespace Compression.Mpi.Launching;

/// <summary>Looks programs up as a shell does.</summary>
public static class ProgramPath
{
    /// <summary>The first file of this name in a folder of this process's PATH; null when there is none.</summary>
    public static string? Find(string program) => Find(program, Environment.GetEnvironmentVariable("PATH"));

    /// <summary>The first file of this name in a folder of a PATH; null when there is none.</summary>
    public static string? Find(string program, string? path) => (path ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
