namespace Compression.Training.Tests;

/// <summary>A theory that needs data which no repository may hold; it is skipped, and says why, where the data are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDataTheoryAttribute : TheoryAttribute
{
    /// <param name="paths">Below the folder that COMPRESSION_DATA names.</param>
    public NeedsDataTheoryAttribute(params string[] paths) => Skip = NeededData.Missing(paths);
}
