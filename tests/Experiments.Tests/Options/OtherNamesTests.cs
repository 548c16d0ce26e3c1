using System.Text.Json;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Tests.Options;

/// <summary>What two trainers call otherwise, each understands under all its names; the run's records have the trainer's own.</summary>
public sealed class OtherNamesTests
{
    // Names of one thing. What only looks alike is not among them: bptt, seq_len and tgt_len cut a text in three ways, d_model is no num_hid.
    private static readonly string[][] s_same =
    [
        ["max_steps", "max_step"], ["init_lr", "lr", "learning_rate"], ["momentum", "mom"], ["weight_decay", "wd"], ["lr_schedule", "scheduler"],
        ["epochs", "num_round"], ["num_layers", "n_layer"], ["data", "datadir"], ["out", "logdir", "work_dir"], ["log_interval", "log_frequency"],
        ["checkpoint_every", "save_ckpt_steps"],
    ];

    private static readonly IReadOnlyList<TrainingVerb> s_trainers = VerbList.Trainers();

    public static TheoryData<string> Trainers => [.. s_trainers.Select(verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Trainers))]
    public void Every_name_of_what_a_trainer_has_is_understood(string verb)
    {
        var trainer = s_trainers.Single(candidate => candidate.Name == verb);
        int names = 0;
        foreach (string[] group in s_same)
        {
            if (trainer.Options.SingleOrDefault(option => group.Contains(option.Name)) is not { } own)
            {
                continue;
            }

            foreach (string name in group)
            {
                names++;
                Assert.Equal("3", CommandParser.Parse(trainer, [$"--{name}", "3"])[own.Name]);
                Assert.Equal($"--{name}", CommandParser.Parse(trainer, [$"--{name}=3"]).AsWritten(own.Name));
            }
        }

        Assert.True(names >= 11, $"{names} names");
        Assert.All(trainer.Options.Where(option => option.Aliases.Count > 0), option => Assert.Contains(s_same, group => option.Names.All(group.Contains)));
    }

    [Fact]
    public void Names_of_two_trainers_that_differ_by_little_are_names_of_one_thing()
    {
        string[] names = [.. s_trainers.SelectMany(trainer => trainer.Options).Select(option => option.Name).Distinct()];
        string Bare(string name) => name.Replace("_", "", StringComparison.Ordinal).TrimEnd('s');
        var near = names.SelectMany(_ => names, (a, b) => (a, b)).Where(pair => string.CompareOrdinal(pair.a, pair.b) < 0 && Bare(pair.a) == Bare(pair.b)).ToList();
        Assert.NotEmpty(near);
        Assert.All(near, pair => Assert.Contains(s_same, group => group.Contains(pair.a) && group.Contains(pair.b)));
    }

    [Theory]
    [InlineData("train", "--max_step 2 --work_dir run", "max_steps")]
    [InlineData("lm1b", "--max_step 2 --out run", "max_steps")]
    [InlineData("transformer-xl", "--max_steps 2 --logdir run", "max_step")]
    [InlineData("model-parallel", "--max_step 2 --logdir run", "max_steps")]
    public void Records_have_the_own_name_and_a_resumed_run_takes_it_over(string verb, string words, string own)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.WriteBillionWords();
        string plain = string.Join(' ', OptionRun.Parse(OptionFiles.Bases[verb]) is var run ? run.Options.Where(pair => pair.Key != own).Select(pair => $"--{pair.Key} {pair.Value}") : []);
        var outcome = sandbox.Run($"{verb} {plain} {words} --save_ckpt_steps 2");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var config = JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json")));
        Assert.Equal(2, config.RootElement.GetProperty("options").GetProperty(own).GetInt32());
        Assert.Contains(own, config.RootElement.GetProperty("from_command_line").EnumerateArray().Select(name => name.GetString()));
        string[] aliases = [.. s_same.SelectMany(group => group).Except(s_trainers.Single(trainer => trainer.Name == verb).Options.Select(option => option.Name))];
        Assert.All(aliases, alias => Assert.False(config.RootElement.GetProperty("options").TryGetProperty(alias, out _), alias));

        outcome = sandbox.Run($"{verb} --resume latest --logdir run {(own == "max_step" ? "--max_steps" : "--max_step")} 4");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(4, TrainingRunTests.Summary(sandbox, "run").GetProperty("steps").GetInt64());
    }

    [Theory]
    [InlineData("train --max_step 2 --max_steps 3", "--max_steps 3", "--max_step 2", "one option")]
    [InlineData("train --max_step -1", "--max_step -1", "nearest is 0")]
    [InlineData("transformer-xl --momentum 2", "--momentum 2", "below 1")]
    [InlineData("model-parallel --epochs 0", "--epochs 0", "nearest is 1")]
    [InlineData("lm1b --data nowhere --max_step", "--max_step", "no value")]
    public void Messages_have_the_name_that_was_written(string commandLine, params string[] says)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run(commandLine);
        Assert.Equal(2, outcome.Code);
        Assert.All(says, word => Assert.Contains(word, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal));
    }

    [Fact]
    public void A_grid_may_use_any_of_the_names_but_one_alone()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        const string Head = "method: grid\nmetric: {name: test_perplexity}\nparameters:\n  data: {value: corpus}\n";
        File.WriteAllText(sandbox.At("one.yaml"), $"{Head}  lr: {{values: [1, 2]}}\n  max_step: {{value: 3}}\n");
        var outcome = sandbox.Run("sweep run one.yaml --dry_run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("init_lr=2", outcome.Output, StringComparison.Ordinal);
        File.WriteAllText(sandbox.At("two.yaml"), $"{Head}  lr: {{values: [1, 2]}}\n  init_lr: {{value: 3}}\n");
        outcome = sandbox.Run("sweep run two.yaml --dry_run");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("line 5", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("another name of init_lr", outcome.Errors, StringComparison.Ordinal);
        File.WriteAllText(sandbox.At("three.yaml"), $"{Head}  work_dir: {{value: here}}\n");
        Assert.Contains("folder of its own", sandbox.Run("sweep run three.yaml --dry_run").Errors, StringComparison.Ordinal);
    }
}
