using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Compression.Experiments.Sweeps;

/// <summary>The trials of a grid, in the order in which they start: all of the first seed, then all of the second.</summary>
/// <param name="Grid">The grid.</param>
/// <param name="Trials">Its trials; no two are the same.</param>
internal sealed record SweepPlan(SweepGrid Grid, ImmutableArray<Trial> Trials)
{
    /// <summary>More trials than anybody runs, and few enough for their plan to be held.</summary>
    public const int MostTrials = 100_000;

    /// <summary>The options in which trials differ, less the seed.</summary>
    public IReadOnlyList<string> Varying =>
    [
        .. Grid.Parameters.Where(parameter => parameter.Varies && parameter.Name != SweepParameter.Seed).Select(parameter => parameter.Name),
        .. Grid.ConfiguredOptions.Where(name => Grid.Configurations.Select(configuration => Value(configuration, name)).Distinct().Skip(1).Any()),
    ];

    /// <summary>The options in which trials differ.</summary>
    public IReadOnlyList<string> VaryingWithSeed => [.. Varying, .. Grid.Parameters.Where(parameter => parameter is { Varies: true, Name: SweepParameter.Seed }).Select(parameter => parameter.Name)];

    /// <summary>Chooses the trials.</summary>
    public static SweepPlan Of(SweepGrid grid)
    {
        string[] seeds = [.. grid.Parameters.FirstOrDefault(parameter => parameter.Name == SweepParameter.Seed)?.Values ?? []];
        var combinations = grid.Method == SweepMethod.Grid ? Combinations(grid) : Draws(grid, Math.Max(1, seeds.Length));
        var trials = (seeds.Length == 0 ? [""] : seeds)
            .SelectMany(_ => combinations, (seed, combination) => Complete(grid, combination, seed))
            .DistinctBy(trial => trial.Id);
        return new SweepPlan(grid, [.. grid.RunCap > 0 ? trials.Take(grid.RunCap) : trials]);
    }

    private static Trial Complete(SweepGrid grid, IReadOnlyDictionary<string, string> combination, string seed) => Trial.Of(
        grid.Program,
        [
            .. grid.Options.Where(name => name == SweepParameter.Seed || combination.ContainsKey(name))
                .Select(name => KeyValuePair.Create(name, name == SweepParameter.Seed ? seed : combination[name])),
        ]);

    private static string? Value(ImmutableArray<KeyValuePair<string, string>> configuration, string name) => configuration.FirstOrDefault(pair => pair.Key == name).Value;

    // The last parameter of the file changes fastest. Made as they are taken: run_cap may want few of many.
    private static IEnumerable<IReadOnlyDictionary<string, string>> Combinations(SweepGrid grid)
    {
        var all = grid.Configurations.Select(configuration => configuration.ToImmutableDictionary());
        foreach (var parameter in grid.Parameters.Where(parameter => parameter.Name != SweepParameter.Seed))
        {
            all = all.SelectMany(_ => parameter.Values, (before, value) => before.Add(parameter.Name, value));
        }

        return all;
    }

    // A draw counts as many trials as there are seeds.
    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Draws(SweepGrid grid, int seeds) =>
    [
        .. Enumerable.Range(0, (grid.RunCap + seeds - 1) / seeds).Select(draw => grid.Parameters
            .Where(parameter => parameter.Name != SweepParameter.Seed)
            .ToDictionary(parameter => parameter.Name, parameter => parameter.At(Point(grid.Seed, draw, parameter.Name)))),
    ];

    /// <summary>A uniform point of [0, 1) that depends on nothing but what it is for: a new parameter leaves the draws of the others alone.</summary>
    private static double Point(long seed, int draw, string parameter)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{seed}/{draw}/{parameter}")));
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * Math.ScaleB(1, -53);
    }
}
