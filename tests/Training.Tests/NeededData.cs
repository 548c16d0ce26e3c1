namespace Compression.Training.Tests;

/// <summary>Data that no repository may hold, in the folder that COMPRESSION_DATA names.</summary>
internal static class NeededData
{
    /// <summary>The full path of a file or folder; null where it is not at hand.</summary>
    public static string? Find(string path)
    {
        string? root = Environment.GetEnvironmentVariable("COMPRESSION_DATA");
        if (string.IsNullOrEmpty(root))
        {
            return null;
        }

        string full = Path.GetFullPath(Path.Combine(root, path));
        return Path.Exists(full) ? full : null;
    }

    /// <summary>Why a test that needs these is skipped; null where all are at hand.</summary>
    public static string? Missing(params string[] paths)
    {
        string[] missing = [.. paths.Where(path => Find(path) is null)];
        return missing.Length == 0 ? null : $"needs {string.Join(" and ", missing)} below the folder that COMPRESSION_DATA names";
    }
}
