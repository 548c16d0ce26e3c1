using Compression.Core.Catalog;
using Compression.Training.Lm1b;
using Compression.Training.TransformerXl;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>Where nothing is trained, and in <c>--hpconfig</c>, no option is read past either: it acts, is refused, or is named in a warning.</summary>
public sealed class BesideTrainingTests(ITestOutputHelper output)
{
    private const string Hyper = "vocab_size=12,batch_size=3,num_steps=4,emb_size=5,state_size=6,projected_size=4,num_sampled=6,num_shards=4";

    // What has no other value that can be seen here: the weights' own text, file and sizes, and a decoder's table that the file has under both names.
    private static readonly string[] s_unseen = ["threads", "resume", "restart", "generate", "dataset", "eval_only", "dry_run", "fp16", "out", "use_gpu", "init_weights", "data", "not_tied", "config"];

    [Theory]
    [InlineData("--generate cat")]
    [InlineData("--eval_only true")]
    public void Of_a_text_and_an_evaluation(string purpose)
    {
        var training = OptionRun.Parse(OptionFiles.Bases["transformer-xl"]);
        string sizes = string.Join(' ', training.Options.Where(pair => pair.Key is not ("max_step" or "lr" or "init_std" or "log_interval" or "batch_size" or "threads")).Select(pair => $"--{pair.Key} {pair.Value}"));
        var plain = OptionRun.Parse($"transformer-xl {sizes} --init_weights xl.safetensors {purpose}");
        Assert.Equal(0, plain.Trace().Code);
        var failures = new List<string>();
        int options = 0;
        foreach (var option in OptionSchema.Of(typeof(TransformerXlOptions)).Options.Where(option => !s_unseen.Contains(option.Name)))
        {
            options++;
            string now = plain.Options.GetValueOrDefault(option.Name) ?? OptionText.Format(option.Default);
            string value = OptionCases.Of("transformer-xl", option.Name) is { Value: { } known } ? known : OtherValue.Of(option, now, typeof(TransformerXlOptions));
            Require(plain, plain.With(option.Name, value), option.Name, failures);
        }

        output.WriteLine($"{options} options beside {purpose}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Theory]
    [InlineData("eval_test")]
    [InlineData("eval_test_ave")]
    [InlineData("eval_train")]
    public void Of_the_evaluation_of_a_checkpoint(string mode)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        sandbox.WriteBillionWords(shards: 3, "other-lm1b");
        var outcome = sandbox.Run($"lm1b --datadir lm1b --hpconfig {Hyper} --max_steps 3 --checkpoint_every 3 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string[] plain = ["lm1b", "--mode", mode, "--eval_once", "--logdir", "run"];
        var usual = sandbox.Run(plain);
        Assert.True(usual.Code == 0, usual.Errors);
        var failures = new List<string>();
        int options = 0;
        void Check(string name, params string[] words)
        {
            options++;
            var with = sandbox.Run([.. plain, .. words]);
            bool noted = with.ErrorLines.Any(line => line.StartsWith($"warning: --{name} has no effect", StringComparison.Ordinal));
            if (with.Code == 0 && (with.Output != usual.Output) == noted)
            {
                failures.Add($"{string.Join(' ', words)}: {(noted ? "acts, and is said not to" : "is read past")}");
            }
        }

        foreach (var option in OptionSchema.Of(typeof(Lm1bOptions)).Options.Where(option => option.Name is not ("mode" or "eval_once" or "resume" or "out" or "threads" or "hpconfig" or "datadir")))
        {
            string value = OptionCases.Of("lm1b", option.Name).Value ?? OtherValue.Of(option, OptionText.Format(option.Default), typeof(Lm1bOptions));
            Check(option.Name, $"--{option.Name}", value);
        }

        foreach (var (key, pairs) in OtherPairs())
        {
            Check($"hpconfig {key}", "--hpconfig", pairs);
        }

        output.WriteLine($"{options} options and keys beside --mode {mode}");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Of_the_keys_of_hpconfig_in_training()
    {
        var plain = OptionRun.Parse($"lm1b --datadir lm1b --max_steps 3 --threads 1 --hpconfig {Hyper} --checkpoint_every 3");
        Assert.Equal(0, plain.Trace().Code);
        var failures = new List<string>();
        foreach (var (key, pairs) in OtherPairs())
        {
            // What a worker's parts of the tables are is seen in their files alone; averages are the checkpoint's.
            if (key is not ("num_shards" or "average_params"))
            {
                Require(plain, plain.With("hpconfig", pairs), $"hpconfig {key}", failures);
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private void Require(OptionRun without, OptionRun with, string name, List<string> failures)
    {
        var (before, after) = (without.Trace(), with.Trace());
        bool failed = after.Code is 2 or 3, noted = after.WarningsOn(name).Any();
        bool acts = !before.EvidenceBut(name).SequenceEqual(after.EvidenceBut(name));
        output.WriteLine($"{name}: {(failed ? "refused" : noted ? "noted" : acts ? "acts" : "read past")}");
        if (!failed && noted == acts)
        {
            failures.Add($"--{name} {with.Options.GetValueOrDefault(name.Split(' ')[0])}: {(noted ? "acts, and is said not to" : "is read past")}");
        }
    }

    private static IEnumerable<(string Key, string Pairs)> OtherPairs()
    {
        var given = Hyper.Split(',').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var option in OptionSchema.Of(typeof(Lm1bHyperparameters)).Options)
        {
            string now = given.GetValueOrDefault(option.Name) ?? OptionText.Format(option.Default);
            string other = option.Name == "max_grad_norm" ? "0.01" : OtherValue.Of(option, now, typeof(Lm1bHyperparameters));
            other = option.Name == "vocab_size" ? "11" : other;
            yield return (option.Name, string.Join(',', given.Where(pair => pair.Key != option.Name).Select(pair => $"{pair.Key}={pair.Value}").Append($"{option.Name}={other}")));
        }
    }
}
