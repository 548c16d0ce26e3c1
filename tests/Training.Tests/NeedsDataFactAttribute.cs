namespace Compression.Training.Tests;

/// <summary>A test that needs data which no repository may hold; it is skipped, and says why, where the data are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDataFactAttribute : FactAttribute
{
    /// <param name="path">Below the folder that COMPRESSION_DATA names.</param>
    public NeedsDataFactAttribute(string path)
    {
        if (NeededData.Find(path) is null)
        {
            Skip = $"needs {path} below the folder that COMPRESSION_DATA names";
        }
    }
}

internal static class NeededData
{
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
}
