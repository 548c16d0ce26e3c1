using System.Collections.Immutable;

namespace Compression.Experiments.Sweeps;

/// <summary>One of the trainer's options, and what a sweep gives it.</summary>
/// <param name="Name">The option, without dashes.</param>
/// <param name="Values">Its values as texts; empty where a distribution stands.</param>
/// <param name="Distribution">What values are drawn from; null where they are listed.</param>
internal sealed record SweepParameter(string Name, ImmutableArray<string> Values, ValueDistribution? Distribution)
{
    /// <summary>The option whose values repeat all else.</summary>
    public const string Seed = "seed";

    /// <summary>Trials differ in it.</summary>
    public bool Varies => Distribution is not null || Values.Length > 1;

    /// <summary>The value at a point between 0 and 1, drawn uniformly.</summary>
    public string At(double point) => Distribution is { } distribution ? distribution.At(point) : Values[(int)(point * Values.Length)];
}
