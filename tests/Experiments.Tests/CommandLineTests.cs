using System.Text.Json;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;
using Compression.Training.Ptb;

namespace Compression.Experiments.Tests;

/// <summary>Verbs, help, lists, and how words become options.</summary>
public sealed class CommandLineTests
{
    private const string Historic =
        "--data ../datasets/ptb --num_layers 2 --init_lr 20.0 --bptt 43 --dropout 0.7003 --lr_decay 0.0 --epochs 70 --eval_batch_size 10 "
        + "--test_batch_size 10 --seed 1111 --log_interval 1 --clip 0.25 --use_gpu true --emb_size 700 --num_hid 700 --num_workers 1 "
        + "--batch_size 128 --compressor topk --compress_ratio 0.001 --memory residual --exp_name Test_Experiment --project_name Test_Project";

    public static TheoryData<string> VerbNames => [.. VerbList.All().Select(verb => verb.Name)];

    [Fact]
    public void The_historic_command_line_means_what_it_says()
    {
        var parsed = CommandParser.Parse(new PtbTrain(), Sandbox.Split(Historic));
        Assert.Equal(22, parsed.Values.Count);
        Assert.Equal("0.001", parsed["compress_ratio"]);
        var options = (PtbOptions)OptionSchema.Of(typeof(PtbOptions)).Bind(parsed.Values.Where(pair => pair.Key != "compress_ratio"), name => name);
        Assert.Equal(
            new PtbOptions
            {
                Data = "../datasets/ptb", NumLayers = 2, InitLr = 20, Bptt = 43, Dropout = 0.7003, LrDecay = 0, Epochs = 70, EvalBatchSize = 10,
                TestBatchSize = 10, Seed = 1111, LogInterval = 1, Clip = 0.25, UseGpu = true, EmbSize = 700, NumHid = 700, NumWorkers = 1,
                BatchSize = 128, Compressor = "topk", Memory = "residual", ExpName = "Test_Experiment", ProjectName = "Test_Project",
            },
            options);
    }

    [Fact]
    public void The_historic_command_line_finds_its_data_from_the_repository()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(Path.Combine("repository", "datasets", "ptb"), lines: 1000);
        var outcome = sandbox.Run(Historic.Replace("--use_gpu true", "--use_gpu false --max_steps 1 --out run --batch_size 4", StringComparison.Ordinal).Replace("--batch_size 128 ", "", StringComparison.Ordinal));
        Assert.True(outcome.Code == 0, outcome.Errors);
    }

    [Theory]
    [InlineData("--seed 7 --quiet", "true")]
    [InlineData("--quiet --seed 7", "true")]
    [InlineData("--quiet true --seed 7", "true")]
    [InlineData("--quiet=false --seed=7", "false")]
    public void A_switch_alone_means_true(string commandLine, string quiet)
    {
        var parsed = CommandParser.Parse(new PtbTrain(), Sandbox.Split(commandLine));
        Assert.Equal(quiet, parsed["quiet"]);
        Assert.Equal("7", parsed["seed"]);
    }

    [Theory]
    [InlineData("@file")]
    [InlineData("-1")]
    [InlineData("topk(ratio=0.1)+sign")]
    [InlineData("a:b=c")]
    [InlineData("")]
    public void A_value_is_taken_as_it_is_written(string value) =>
        Assert.Equal(value, CommandParser.Parse(new PtbTrain(), ["--exp_name", value])["exp_name"]);

    [Fact]
    public void Every_preset_fits_the_options()
    {
        var schema = OptionSchema.Of(typeof(PtbOptions));
        string[] presets = [.. schema.Options.Single(option => option.Name == "preset").Choices];
        string[] flags = [.. Components.Catalog().Flags.Select(flag => flag.Key)];
        Assert.All(presets, preset => schema.Bind(PtbPresets.Values(preset).Where(pair => !flags.Contains(pair.Key)), name => name));
    }

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void Help_names_every_option_in_a_hundred_columns(string verb)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"{verb} --help");
        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Errors);
        Assert.All(outcome.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.All(
            VerbList.All().Single(candidate => candidate.Name == verb).Options.Where(option => !option.IsRefused),
            option => Assert.Contains(outcome.Output.Split('\n'), line => $"{line} ".StartsWith($"  --{option.Name} ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public void The_overview_names_every_verb(string words)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run(words);
        Assert.Equal(0, outcome.Code);
        Assert.All(VerbList.All(), verb => Assert.Contains($"\n  {verb.Name} ", outcome.Output, StringComparison.Ordinal));
        Assert.All(outcome.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Theory]
    [InlineData("list compressors", "topk")]
    [InlineData("list compressors", "--compress_ratio")]
    [InlineData("list compressors", "efsignsgd")]
    [InlineData("list memories", "residual")]
    [InlineData("list exchanges", "allgather")]
    [InlineData("list presets", "zaremba-small")]
    public void Lists_name_what_there_is(string verb, string name)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run(verb);
        Assert.Equal(0, outcome.Code);
        Assert.Contains(name, outcome.Output, StringComparison.Ordinal);
        string json = sandbox.Run($"{verb} --json").Output;
        using var document = JsonDocument.Parse(json);
        Assert.Contains(name, json, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unexpected_failure_is_one_line_and_its_trace_is_for_those_who_ask()
    {
        using var sandbox = new Sandbox();
        Outcome RunBroken()
        {
            using var errors = new StringWriter();
            var environment = new CommandEnvironment
            {
                Screen = new Tracking.Display.ConsoleTarget { Output = TextWriter.Null, Error = errors },
                Variable = sandbox.Variables.GetValueOrDefault, CallerFolder = sandbox.Folder, RepositoryRoot = sandbox.Folder,
                Executable = "", Time = TimeProvider.System, ListenForStop = () => new StopRequest(),
            };
            return new Outcome(CommandLine.Run([], environment, [new Broken()]), "", errors.ToString());
        }

        var outcome = RunBroken();
        Assert.Equal(1, outcome.Code);
        Assert.Contains("InvalidOperationException: broken in two lines", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        sandbox.Variables["COMPRESSION_DEBUG"] = "1";
        Assert.Contains("   at ", RunBroken().Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_doctor_says_what_is_found()
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run("doctor");
        Assert.All((string[])[".NET", "libtorch", "MPI", "launcher", "PTB"], name => Assert.Contains(name, outcome.Output, StringComparison.Ordinal));
        Assert.Equal(outcome.Output.Contains("MISSING", StringComparison.Ordinal) ? 3 : 0, outcome.Code);
    }

    [Fact]
    public void The_sample_corpus_is_written_with_its_bound()
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run("data sample --to sample");
        Assert.Equal(0, outcome.Code);
        Assert.Contains("best reachable perplexity", outcome.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(sandbox.At("sample", "ptb.train.txt")));
    }

    [Fact]
    public void The_second_request_to_stop_is_impatient()
    {
        using var stop = new StopRequest();
        Assert.True(stop.Ask(ExitCode.Interrupted));
        Assert.True(stop.Token.IsCancellationRequested);
        Assert.False(stop.Ask(ExitCode.Terminated));
        Assert.Equal(ExitCode.Interrupted, stop.Reason);
    }

    private sealed class Broken() : Verb("broken", "fails")
    {
        public override IReadOnlyList<CommandOption> Options => [];

        public override ExitCode Run(ParsedCommand command, CommandEnvironment environment) => throw new InvalidOperationException("broken in\ntwo lines");
    }
}
