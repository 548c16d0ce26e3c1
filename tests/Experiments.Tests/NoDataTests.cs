using System.Text.Json;

namespace Compression.Experiments.Tests;

/// <summary>Where no corpus is at hand every trainer starts by itself, on generated text and with a small model, and says so in one line.</summary>
public sealed class NoDataTests
{
    private const double Moderate = 4e6;

    public static TheoryData<string, string> Starts
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var trainer in VerbList.Trainers())
            {
                data.Add(trainer.Name, "");
                data.Add(trainer.Name, "nowhere");
                data.Add(trainer.Name, "empty");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Starts))]
    public void Every_trainer_starts(string verb, string datasets)
    {
        using var sandbox = new Sandbox();
        if (datasets.Length > 0)
        {
            sandbox.Variables["COMPRESSION_DATA"] = sandbox.At(datasets);
            Directory.CreateDirectory(sandbox.At("empty", "ptb"));
            Directory.CreateDirectory(sandbox.At("empty", "lm1b"));
            Directory.CreateDirectory(sandbox.At("empty", "wikitext-103"));
        }

        // One rank, as ranks are processes of their own.
        string alone = verb == "model-parallel" ? "--num_workers 1" : "";
        var outcome = sandbox.Run($"{verb} {alone} --max_steps 2 --checkpoint_every 2 --log_interval 1 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string line = Assert.Single(outcome.Output.Split('\n'), text => text.Contains("embedded sample corpus", StringComparison.Ordinal));
        Assert.Contains("`./run.sh data ", line, StringComparison.Ordinal);
        var summary = TrainingRunTests.Summary(sandbox, "run");
        Assert.InRange(summary.GetProperty("parameters").GetDouble(), 1e4, Moderate);

        // It goes on by its records alone.
        outcome = sandbox.Run($"{verb} --resume latest --out run --max_steps 3");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(3, TrainingRunTests.Summary(sandbox, "run").GetProperty("steps").GetInt64());
    }

    [Theory]
    [InlineData("train", "")]
    [InlineData("lm1b", "hpconfig")]
    [InlineData("transformer-xl", "")]
    [InlineData("model-parallel", "")]
    public void A_first_run_ends_within_minutes_and_shows_its_progress(string verb, string own)
    {
        using var sandbox = new Sandbox();
        string alone = verb == "model-parallel" ? "--num_workers 1" : "";
        var outcome = sandbox.Run($"{verb} {alone} {(own.Length > 0 ? "--hpconfig num_steps=10" : "")} --max_steps 1 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        using var config = JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json")));
        var options = config.RootElement.GetProperty("options");
        Assert.InRange(options.GetProperty("log_interval").GetInt64(), 1, 100);

        // The same without an end of its own: what is planned, from the records of a run that a signal ends before its first step.
        sandbox.StopAtOnce = Core.Reporting.ExitCode.Interrupted;
        Assert.Equal(130, sandbox.Run($"{verb} {alone} --out whole").Code);
        using var planned = JsonDocument.Parse(File.ReadAllText(sandbox.At("whole", "config.json")));
        double passes = (string[])["max_steps", "max_step"] is var names && names.Select(name => planned.RootElement.GetProperty("options").TryGetProperty(name, out var steps) ? steps.GetDouble() : 0).Max() is var limit and > 0
            ? limit / 1000
            : (planned.RootElement.GetProperty("options").TryGetProperty("epochs", out var epochs) ? epochs : planned.RootElement.GetProperty("options").GetProperty("num_round")).GetDouble() / 3;
        Assert.InRange(passes, 0.5, 2);
    }

    [Theory]
    [InlineData("transformer-xl --dataset wt2 --max_steps 1", 3, "data wikitext")]
    [InlineData("transformer-xl --config one_gpu --max_steps 1", 3, "data wikitext")]
    [InlineData("transformer-xl --data nowhere --max_steps 1", 3, "--data nowhere")]
    [InlineData("lm1b --datadir nowhere --max_steps 1", 3, "--datadir nowhere")]
    [InlineData("train --data nowhere --max_steps 1", 3, "--data nowhere")]
    [InlineData("model-parallel --data nowhere --max_steps 1", 3, "--data nowhere")]
    [InlineData("transformer-xl --dataset sample --data corpus", 2, "--data corpus")]
    [InlineData("transformer-xl --dataset sample --bpe true", 2, "--bpe true")]
    public void A_text_that_is_named_is_not_replaced(string commandLine, int code, string says)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run(commandLine);
        Assert.Equal(code, outcome.Code);
        Assert.Contains(says, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train --data sample")]
    [InlineData("model-parallel --data sample --num_workers 1")]
    [InlineData("transformer-xl --data sample")]
    [InlineData("transformer-xl --dataset sample")]
    [InlineData("lm1b --datadir sample")]
    [InlineData("lm1b --data sample")]
    public void The_sample_has_one_name_for_all(string commandLine)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"{commandLine} --max_steps 1 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("embedded sample corpus", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_without_a_vocabulary_in_the_usual_place_are_no_reason_for_another_text()
    {
        using var sandbox = new Sandbox();
        File.Delete(Path.Combine(sandbox.WriteBillionWords(name: Path.Combine("repository", "datasets", "lm1b")), "1b_word_vocab.txt"));
        var outcome = sandbox.Run("lm1b --max_steps 1");
        Assert.Equal(3, outcome.Code);
        Assert.Contains("--build_vocab", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }
}
