namespace Compression.Training.Tests;

/// <summary>A test that needs data which no repository may hold; it is skipped, and says why, where the data are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsDataFactAttribute : FactAttribute
{
    /// <param name="paths">Below the folder that COMPRESSION_DATA names.</param>
    public NeedsDataFactAttribute(params string[] paths) => Skip = NeededData.Missing(paths);
}
