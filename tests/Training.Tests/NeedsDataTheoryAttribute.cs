namespace Compression.Training.Tests;

/// <summary>A theory that needs folders below <c>COMPRESSION_DATA</c>; skipped, with the reason, where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsDataTheoryAttribute : TheoryAttribute
{
    public NeedsDataTheoryAttribute(params string[] folders)
    {
        string? data = Environment.GetEnvironmentVariable("COMPRESSION_DATA");
        if (string.IsNullOrEmpty(data) || folders.FirstOrDefault(folder => !Directory.Exists(Path.Combine(data, folder))) is not null)
        {
            Skip = $"needs {string.Join(" and ", folders)} below the folder that COMPRESSION_DATA names";
        }
    }
}
