using Compression.Core.Catalog;

namespace Compression.Benchmarks;

/// <summary>Which gradient is compressed.</summary>
public enum GradientSource
{
    /// <summary>Independent normal values in one parameter.</summary>
    Gaussian,

    /// <summary>The PTB LSTM's, after some steps of training.</summary>
    Ptb,
}

/// <summary>Options of <see cref="CompressorBenchmark"/>.</summary>
public sealed record CompressorBenchmarkOptions
{
    /// <summary>Elements of the gradient.</summary>
    [Option("elements", "elements of the Gaussian gradient", Min = 1, Max = 1_000_000_000)]
    public int Elements { get; init; } = 15_000_000;

    /// <summary>Where the gradient comes from.</summary>
    [Option("gradient", "normal values, or the gradient of a PTB LSTM (500/500, 14M parameters) after 20 steps")]
    public GradientSource Gradient { get; init; } = GradientSource.Gaussian;

    /// <summary>Which methods.</summary>
    [Option("only", "methods whose text contains this; empty: all")]
    public string Only { get; init; } = "";

    /// <summary>Threads.</summary>
    [Option("threads", "threads; 0: all cores", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Repeats.</summary>
    [Option("repeats", "measurements, of which the median is shown", Min = 1, Max = 10000)]
    public int Repeats { get; init; } = 15;

    /// <summary>JSON instead of a table.</summary>
    [Option("json", "print JSON instead of a table")]
    public bool Json { get; init; }

    /// <summary>How long each action is repeated before it is measured: until the compiler has replaced its first, unoptimized code.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromMilliseconds(500);
}
