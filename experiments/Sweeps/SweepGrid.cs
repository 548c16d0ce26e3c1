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

    /// <summary>Options that go together, each set of which is combined with all values of the parameters; without any, one set of none.</summary>
    public ImmutableArray<ImmutableArray<KeyValuePair<string, string>>> Configurations { get; init; } = [[]];

    /// <summary>The options that the file gives to some trial, in its order.</summary>
    public IReadOnlyList<string> Options => [.. Parameters.Select(parameter => parameter.Name), .. ConfiguredOptions];

    /// <summary>Those of them that belong to a configuration.</summary>
    public IEnumerable<string> ConfiguredOptions => Configurations.SelectMany(configuration => configuration.Select(pair => pair.Key)).Distinct();
}
