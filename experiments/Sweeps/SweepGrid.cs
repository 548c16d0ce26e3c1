using System.Collections.Immutable;

namespace Compression.Experiments.Sweeps;

/// <summary>How trials are chosen.</summary>
internal enum SweepMethod
{
    /// <summary>Every combination of the values.</summary>
    Grid,

    /// <summary>Combinations drawn at random.</summary>
    Random,
}

/// <summary>What trials are compared by.</summary>
/// <param name="Name">A number of summary.json, with dots between levels: <c>test_perplexity</c>, <c>bytes.wire_total</c>.</param>
/// <param name="Maximize">More is better.</param>
internal sealed record SweepMetric(string Name, bool Maximize);

/// <summary>What a grid file says, checked.</summary>
internal sealed record SweepGrid
{
    /// <summary>Name of the sweep, and the group of its runs at Weights &amp; Biases.</summary>
    public required string Name { get; init; }

    /// <summary>The question that it answers.</summary>
    public required string Description { get; init; }

    /// <summary>The verb that trains.</summary>
    public required string Program { get; init; }

    /// <summary>How trials are chosen.</summary>
    public required SweepMethod Method { get; init; }

    /// <summary>What they are compared by.</summary>
    public required SweepMetric Metric { get; init; }

    /// <summary>Trials at most; 0: no limit.</summary>
    public required int RunCap { get; init; }

    /// <summary>Key of random draws.</summary>
    public required long Seed { get; init; }

    /// <summary>In the order of the file.</summary>
    public required ImmutableArray<SweepParameter> Parameters { get; init; }
}
