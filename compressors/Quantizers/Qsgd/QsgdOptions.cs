using Compression.Core.Catalog;

namespace Compression.Compressors.Quantizers.Qsgd;

/// <summary>What the levels of <see cref="QsgdQuantizer"/> are relative to.</summary>
public enum QsgdNorm
{
    /// <summary>√Σv² of the bucket, as in the paper's analysis.</summary>
    Two,

    /// <summary>max|v| of the bucket, as in the paper's experiments: less variance, higher levels.</summary>
    Max,
}

/// <summary>How the levels of <see cref="QsgdQuantizer"/> are written.</summary>
public enum QsgdCoding
{
    /// <summary>The shorter of the two, by their exact lengths.</summary>
    Auto,

    /// <summary>⌈log₂(2s + 1)⌉ bits each.</summary>
    Packed,

    /// <summary>Elias' gamma code: short where most levels are near 0.</summary>
    Elias,
}

/// <summary>Options of <see cref="QsgdQuantizer"/>.</summary>
public sealed record QsgdOptions
{
    /// <summary>s, the levels above zero.</summary>
    [Option("levels", "levels between zero and the norm", Flag = "qsgd_levels", Min = 1, Max = 127)]
    public int Levels { get; init; } = 64;

    /// <summary>Values that share a norm.</summary>
    [Option("bucket", "values that share a norm", Choices = BucketLengths.Choices)]
    public string Bucket { get; init; } = BucketLengths.Default;

    /// <summary>The norm.</summary>
    [Option("norm", "what the levels are relative to: two-norm or largest magnitude of the bucket")]
    public QsgdNorm Norm { get; init; } = QsgdNorm.Two;

    /// <summary>The code.</summary>
    [Option("coding", "fixed bits a level, Elias' code, or the shorter of the two")]
    public QsgdCoding Coding { get; init; } = QsgdCoding.Auto;
}
