namespace Compression.Experiments.Tests;

/// <summary>A test that compares with PyTorch's figures on PTB; skipped, with the reason, where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFixtureFactAttribute : FactAttribute
{
    public NeedsFixtureFactAttribute()
    {
        if (Data is null || Fixtures is null || !Directory.Exists(Path.Combine(Data, "ptb")))
        {
            Skip = "needs ptb, and ../fixtures/ptb, below the folder that COMPRESSION_DATA names";
        }
    }

    public static string? Data { get; } = Environment.GetEnvironmentVariable("COMPRESSION_DATA") is { Length: > 0 } folder ? folder : null;

    public static string? Fixtures { get; } =
        Data is not null && Directory.Exists(Path.Combine(Data, "..", "fixtures", "ptb")) ? Path.GetFullPath(Path.Combine(Data, "..", "fixtures")) : null;
}
