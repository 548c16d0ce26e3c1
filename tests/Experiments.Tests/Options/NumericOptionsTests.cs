using System.Text.RegularExpressions;
using Compression.Core.Catalog;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;
using Compression.Training.Lm1b;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>Every number of every verb and component has two ends, and at and beyond both the program ends with an exit code and at most one line. A new option is under test by its declaration.</summary>
public sealed class NumericOptionsTests(ITestOutputHelper output)
{
    // How long a run is: it is stopped before its first step.
    private static readonly string[] s_long = ["max_steps", "max_step", "max_tokens", "epochs", "num_round"];

    private static readonly AlgorithmCatalog s_catalog = Components.Catalog();

    [Fact]
    public void Every_number_has_two_ends()
    {
        var verbs = VerbList.All().SelectMany(verb => verb.Options.Select(option => (Name: $"{verb.Name} --{option.Name}", option.Numbers)));
        var components = s_catalog.Entries.SelectMany(entry => entry.Options.Select(option => (Name: $"{entry.Name}({option.Name})", option.Numbers)));
        var hyper = OptionSchema.Of(typeof(Lm1bHyperparameters)).Options.Select(option => (Name: $"--hpconfig {option.Name}", option.Numbers));
        var all = verbs.Concat(components).Concat(hyper).Where(option => option.Numbers is not null).ToList();
        output.WriteLine($"{all.Count} numbers");
        Assert.Empty(all.Where(option => !option.Numbers!.IsClosed).Select(option => $"{option.Name}: {option.Numbers}"));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("lm1b")]
    [InlineData("transformer-xl")]
    [InlineData("model-parallel")]
    public void Trainers_end_well_at_the_ends_of_every_number(string verb)
    {
        using var runs = new EndedRuns(output);
        var options = VerbList.All().Single(other => other.Name == verb).Options;
        var schema = EndedRuns.SchemaOf(verb);
        foreach (var option in options.Where(option => option.Numbers is not null))
        {
            var run = OptionRun.Parse(OptionFiles.Bases[verb]);
            var own = schema.FirstOrDefault(descriptor => descriptor.Name == option.Name);
            run = run.With(own?.Needs.Where(need => !need.Excludes).Take(1).Select(need => KeyValuePair.Create(need.Name, need.Values[0])) ?? []);
            run = run.With(OptionCases.Of(verb, option.Name).Companions.Where(pair => options.Any(other => other.Name == pair.Key)));
            if (own is null)
            {
                // A flag of components.
                var (entry, _) = s_catalog.Flags.Single(flag => flag.Key == option.Name).First();
                run = run.With(entry.Role == AlgorithmRole.Exchange ? "exchange" : entry.Role == AlgorithmRole.Memory ? "memory" : "compressor", entry.Name);
            }

            foreach (string text in NumberEnds.Of(option.Numbers!))
            {
                runs.Expect(run.With(option.Name, text), $"--{option.Name}", text, option.Numbers!, isLong: s_long.Contains(option.Name));
            }
        }

        runs.Conclude();
    }
}
