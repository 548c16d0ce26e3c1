namespace Compression.Experiments.Tests;

/// <summary>A test that compares with PyTorch's figures on PTB; skipped, with the reason, where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFixtureFactAttribute : FactAttribute
{
    public NeedsFixtureFactAttribute()
    {
        string[] missing = [.. new[] { "ptb", "../fixtures/ptb" }.Where(folder => Data is null || !Directory.Exists(Path.Combine(Data, folder)))];
        if (missing.Length > 0)
        {
            Skip = $"needs {string.Join(" and ", missing)} below the folder that COMPRESSION_DATA names";
        }
    }

    public static string? Data { get; } = Environment.GetEnvironmentVariable("COMPRESSION_DATA") is { Length: > 0 } folder ? folder : null;

    public static string? Fixtures { get; } =
        Data is not null && Directory.Exists(Path.Combine(Data, "..", "fixtures", "ptb")) ? Path.GetFullPath(Path.Combine(Data, "..", "fixtures")) : null;
}
