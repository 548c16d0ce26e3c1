using Compression.Core.Catalog;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Runs;
using Compression.Training.Lm1b;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>Every number of every verb and component has two ends, and at and beyond both the program ends with an exit code and at most one line. A new option is under test by its declaration.</summary>
public sealed class NumericOptionsTests(ITestOutputHelper output)
{
    // How long a run is: it is stopped before its first step.
    private static readonly string[] s_long = ["max_steps", "max_step", "max_tokens", "epochs", "num_round", "seq_len"];

    // How long a step is.
    private static readonly string[] s_longSteps = ["batch_size", "num_steps", "num_layers", "state_size", "projected_size"];

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

            // A thousand threads take seconds to start and to end: one trainer shows it for all.
            var texts = NumberEnds.Of(option.Numbers!).Where(text => option.Name != "threads" || verb == "transformer-xl" || text.Length < 4);
            foreach (string text in texts)
            {
                runs.Expect(run.With(option.Name, text), $"--{option.Name}", text, option.Numbers!, isLong: s_long.Contains(option.Name));
            }
        }

        runs.Conclude();
    }

    [Fact]
    public void Components_end_well_at_the_ends_of_every_number()
    {
        using var runs = new EndedRuns(output);
        foreach (var entry in s_catalog.Entries)
        {
            foreach (var option in entry.Options.Where(option => option.Numbers is not null))
            {
                foreach (string text in NumberEnds.Of(option.Numbers!))
                {
                    string name = entry.Name, word = option.Name;
                    var run = ComponentOptionsTests.Around(OptionRun.Parse(ComponentOptionsTests.Base), entry, $"{name}({word}={text})");
                    runs.Expect(run, $"{name}({word}=...)", text, option.Numbers!, isLong: false);
                }
            }
        }

        runs.Conclude();
    }

    [Fact]
    public void Hyperparameters_end_well_at_the_ends_of_every_number()
    {
        using var runs = new EndedRuns(output);
        var plain = OptionRun.Parse(OptionFiles.Bases["lm1b"]);
        string[] pairs = plain.Options["hpconfig"].Split(',');
        foreach (var option in OptionSchema.Of(typeof(Lm1bHyperparameters)).Options.Where(option => option.Numbers is not null))
        {
            foreach (string text in NumberEnds.Of(option.Numbers!))
            {
                var others = pairs.Where(pair => !pair.StartsWith($"{option.Name}=", StringComparison.Ordinal));
                runs.Expect(plain.With("hpconfig", string.Join(',', others.Append($"{option.Name}={text}"))), $"--hpconfig {option.Name}", text, option.Numbers!, isLong: s_longSteps.Contains(option.Name));
            }
        }

        runs.Conclude();
    }

    [Theory]
    [InlineData("bptt")]
    [InlineData("eval_batch_size")]
    [InlineData("test_batch_size")]
    public void Evaluations_end_well_at_the_ends_of_every_number(string name)
    {
        using var runs = new EndedRuns(output);
        var range = VerbList.All().Single(verb => verb.Name == "eval").Options.Single(option => option.Name == name).Numbers!;
        foreach (string text in NumberEnds.Of(range))
        {
            runs.Expect(OptionRun.Parse("eval --weights weights.safetensors --data corpus --threads 1").With(name, text), $"--{name}", text, range, isLong: false);
        }

        runs.Conclude();
    }

    [Fact]
    public void Every_verb_refuses_what_is_beyond_the_ends()
    {
        using var runs = new EndedRuns(output);
        foreach (var verb in VerbList.All())
        {
            var components = verb is TrainingVerb ? s_catalog.Flags.Select(flag => flag.Key).ToHashSet() : [];
            foreach (var option in verb.Options.Where(option => option.Numbers is not null && !components.Contains(option.Name)))
            {
                foreach (string text in NumberEnds.Of(option.Numbers!).Where(text => !option.Numbers!.TryRead(text, out _, out _)))
                {
                    runs.Refuses([.. verb.Name.Split(' '), $"--{option.Name}", text], $"--{option.Name}", text, option.Numbers!);
                }
            }
        }

        runs.Conclude();
    }

    [Theory]
    [InlineData("train --data corpus --emb_size 65536 --num_hid 65536", "--num_hid")]
    [InlineData("train --data corpus --emb_size 65536 --num_hid 65536 --num_layers 64 --num_workers 2", "2 processes")]
    [InlineData("train --data corpus --emb_size 8192 --num_hid 8192 --tied true --compressor topk --virtual_workers 1024 --batch_size 1", "--num_hid")]
    [InlineData("model-parallel --data corpus --emb_size 65536 --num_hid 65536 --num_layers 256 --stages 2", "--num_hid")]
    [InlineData("transformer-xl --dataset ptb --data corpus --n_layer 256 --d_model 65536 --d_inner 1048576 --batch_size 4 --eval_batch_size 2", "--d_model")]
    [InlineData("lm1b --datadir lm1b --hpconfig vocab_size=12,num_sampled=6,state_size=65536,projected_size=65536,num_layers=1024", "state_size")]
    [InlineData("bench train --num_hid 65536 --num_layers 64", "--num_hid")]
    [InlineData("bench train --num_hid 4 --batch_size 65536 --bptt 65536", "--bptt")]
    [InlineData("bench steps --num_hid 65536 --num_layers 64", "--num_hid")]
    [InlineData("bench transformer-xl --d_model 65536 --n_layer 256 --d_inner 1048576", "--d_model")]
    [InlineData("bench lm1b --vocab_size 10000000 --emb_size 65536", "--emb_size")]
    [InlineData("bench exchanges --rows 1000000 --columns 1000000 --virtual_workers 2", "--rows")]
    public void What_no_memory_holds_is_refused_before_it_is_allocated(string command, string cure)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.WriteBillionWords();
        Directory.CreateDirectory(sandbox.At("repository"));
        var before = sandbox.Snapshot();
        var outcome = sandbox.Run(command);
        string line = Assert.Single(outcome.ErrorLines);
        Assert.True(outcome.Code is 2 or 3, line);
        Assert.Contains(" GB are needed", line, StringComparison.Ordinal);
        Assert.Contains(" GB are at hand", line, StringComparison.Ordinal);
        Assert.Contains(cure, line, StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Snapshot());
    }
}
