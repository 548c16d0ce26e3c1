using System.Globalization;
using System.Text.Json;

namespace Compression.Experiments.Tests;

/// <summary>Whole runs: what lies in the folder afterwards, and that ways of starting the same run end the same.</summary>
public sealed class TrainingRunTests
{
    private const string TopK = "--data corpus --compressor topk --compress_ratio 0.1 --max_steps 6 " + Sandbox.TinyModel;

    private static readonly string[] s_summaryKeys =
    [
        "status", "model", "compressor", "memory", "exchange", "num_workers", "parameters", "steps", "skipped_steps", "epochs", "tokens", "train_loss",
        "valid_perplexity", "test_perplexity", "words_per_second", "peak_memory_bytes", "final_parameters_sha256", "bytes", "seconds",
    ];

    private static readonly string[] s_byteKeys =
        ["wire_per_step_per_worker", "wire_total", "nominal_per_step", "entropy_floor_per_step", "dense_per_step", "wire_compression_ratio"];

    private static readonly string[] s_secondKeys =
        ["total", "forward_backward", "compress", "communicate", "decompress", "update", "evaluate", "checkpoint"];

    [Fact]
    public void A_run_leaves_every_file_of_the_run_directory()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"{TopK} --out run --checkpoint_every 3 --save_weights weights.safetensors");

        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.True(File.Exists(sandbox.At("weights.safetensors")));
        Assert.True(Directory.Exists(sandbox.At("run", "checkpoints", "step-000006")));
        var summary = Summary(sandbox, "run");
        Assert.Empty(s_summaryKeys.Except(Keys(summary)));
        Assert.Empty(s_byteKeys.Except(Keys(summary.GetProperty("bytes"))));
        Assert.Empty(s_secondKeys.Except(Keys(summary.GetProperty("seconds"))));
        Assert.Equal("completed", summary.GetProperty("status").GetString());
        Assert.Equal(6, summary.GetProperty("steps").GetInt64());
        Assert.Equal(4, File.ReadAllLines(sandbox.At("run", "metrics.csv")).Length);
        Assert.True(File.ReadAllLines(sandbox.At("run", "evaluations.csv")).Length >= 3);
        Assert.Contains("ptb.train.txt", File.ReadAllText(sandbox.At("run", "environment.json")), StringComparison.Ordinal);
        Assert.NotEmpty(File.ReadAllText(sandbox.At("run", "log.txt")));
    }

    [Fact]
    public void Event_files_are_written_where_they_are_asked_for()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --out plain").Code);
        Assert.Equal(0, sandbox.Run($"{TopK} --out run --tensorboard").Code);
        Assert.False(Directory.Exists(sandbox.At("plain", "tensorboard")));
        string file = Assert.Single(Directory.GetFiles(sandbox.At("run", "tensorboard"), "events.out.tfevents.*"));
        Assert.Contains("metrics/train_loss", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void An_offline_run_leaves_its_file_goes_on_in_it_and_needs_a_key_for_the_upload_alone()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.Variables["WANDB_NOTES"] = "from a variable";
        Assert.Equal(0, sandbox.Run($"{TopK} --out run --checkpoint_every 3 --wandb offline").Code);
        string[] Logs() => Directory.GetFiles(sandbox.At("run", "wandb"), "*.wandb", SearchOption.AllDirectories);
        string log = Assert.Single(Logs());
        Assert.Contains("from a variable", File.ReadAllText(log), StringComparison.Ordinal);
        Assert.Contains("\"wandb\": \"offline\"", File.ReadAllText(sandbox.At("run", "config.json")), StringComparison.Ordinal);

        long length = new FileInfo(log).Length;
        Assert.Equal(0, sandbox.Run("--resume run --max_steps 10").Code);
        Assert.Equal([log], Logs());
        Assert.True(new FileInfo(log).Length > length);

        var sync = sandbox.Run("wandb sync run");
        Assert.Equal((int)Core.Reporting.ExitCode.Environment, sync.Code);
        Assert.Contains("WANDB_API_KEY", Assert.Single(sync.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_holds_every_option_and_says_which_were_given()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --out run").Code);

        using var config = JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json")));
        var options = config.RootElement.GetProperty("options");
        Assert.Empty(new Recipes.PtbTrain().Options.Select(option => option.Name).Except(Keys(options)));
        Assert.Equal(0.1, options.GetProperty("compress_ratio").GetDouble());
        Assert.Equal(sandbox.At("run"), options.GetProperty("out").GetString());
        Assert.Contains("topk(ratio=0.1,scope=slot)", options.GetProperty("resolved_compressor").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("residual", options.GetProperty("resolved_memory").GetString(), StringComparison.Ordinal);
        string[] given = [.. config.RootElement.GetProperty("from_command_line").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Contains("compress_ratio", given);
        Assert.DoesNotContain("seed", given);
    }

    [Fact]
    public void Two_equal_runs_end_with_the_same_parameters_and_two_seeds_do_not()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --out a").Code);
        Assert.Equal(0, sandbox.Run($"{TopK} --out b").Code);
        Assert.Equal(0, sandbox.Run($"{TopK} --out c --seed 5").Code);
        Assert.Equal(Hash(sandbox, "a"), Hash(sandbox, "b"));
        Assert.NotEqual(Hash(sandbox, "a"), Hash(sandbox, "c"));
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void Ranks_and_virtual_workers_end_with_the_same_parameters(string model)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var simulated = sandbox.Run($"{TopK} --model {model} --virtual_workers 2 --out simulated");
        Assert.True(simulated.Code == 0, simulated.Errors);
        var real = Apphost.Run(sandbox, $"{TopK} --model {model} --num_workers 2 --out real");
        Assert.True(real.Code == 0, real.Errors);

        Assert.Equal(Hash(sandbox, "simulated"), Hash(sandbox, "real"));
        var summary = Summary(sandbox, "real");
        Assert.Equal(2, summary.GetProperty("num_workers").GetInt32());
        Assert.Equal(
            Summary(sandbox, "simulated").GetProperty("bytes").GetProperty("wire_total").GetInt64(),
            summary.GetProperty("bytes").GetProperty("wire_total").GetInt64());
        Assert.Contains("MPI", File.ReadAllText(sandbox.At("real", "environment.json")), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void A_resumed_run_ends_where_an_undisturbed_one_does(string model)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --model {model} --checkpoint_every 3 --out whole".Replace("--max_steps 6", "--max_steps 9", StringComparison.Ordinal)).Code);
        Assert.Equal(0, sandbox.Run($"{TopK} --model {model} --checkpoint_every 3 --out parts").Code);
        var resumed = sandbox.Run("--resume latest --out parts --max_steps 9");
        Assert.True(resumed.Code == 0, resumed.Errors);

        Assert.Equal(Hash(sandbox, "whole"), Hash(sandbox, "parts"));
        Assert.Equal(9, Summary(sandbox, "parts").GetProperty("steps").GetInt64());
    }

    [Fact]
    public void Resume_finds_the_newest_run_below_runs()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --checkpoint_every 3 --exp_name first").Code);
        string folder = Assert.Single(Directory.GetDirectories(sandbox.At("runs")));
        Assert.StartsWith("first-", Path.GetFileName(folder), StringComparison.Ordinal);
        Assert.Equal(0, sandbox.Run("--resume latest --max_steps 8").Code);
        Assert.Equal(folder, Assert.Single(Directory.GetDirectories(sandbox.At("runs"))));
        Assert.Equal(8, Summary(sandbox, folder).GetProperty("steps").GetInt64());
    }

    [Theory]
    [InlineData("lstm", "")]
    [InlineData("gru", "")]
    [InlineData("gru", "--tied true")]
    public void Saved_weights_evaluate_to_the_perplexity_of_the_run(string model, string more)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --model {model} {more} --out run --checkpoint_every 6 --save_weights w.safetensors").Code);
        Assert.Equal($"ptb-{model}", Summary(sandbox, "run").GetProperty("model").GetString());
        double expected = Summary(sandbox, "run").GetProperty("test_perplexity").GetDouble();
        foreach (string what in (string[])["w.safetensors --data corpus", "run", "run/checkpoints/step-000006"])
        {
            var outcome = sandbox.Run($"eval {what} --split test --threads 1");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Contains($"test: loss", outcome.Output, StringComparison.Ordinal);
            Assert.Equal(expected, double.Parse(outcome.Output.Trim().Split("perplexity ")[^1], CultureInfo.InvariantCulture), 1e-3);
        }
    }

    [Fact]
    public void Weights_of_another_recurrent_cell_are_refused_by_name()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{TopK} --model gru --out run --checkpoint_every 6 --save_weights w.safetensors").Code);
        foreach (var (command, option) in new[] { ($"{TopK} --init_weights w.safetensors", "--init_weights"), ("--resume run --model lstm --max_steps 8", "--resume") })
        {
            var outcome = sandbox.Run(command);
            Assert.NotEqual(0, outcome.Code);
            string line = Assert.Single(outcome.ErrorLines);
            Assert.All([option, "--model", "gru"], word => Assert.Contains(word, line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_stop_ends_the_run_after_its_step_with_a_checkpoint()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.StopAtOnce = Core.Reporting.ExitCode.Interrupted;
        Assert.Equal(130, sandbox.Run($"{TopK} --out run --checkpoint_every 100").Code);
        var summary = Summary(sandbox, "run");
        Assert.Equal("interrupted", summary.GetProperty("status").GetString());
        Assert.Equal(1, summary.GetProperty("steps").GetInt64());
        Assert.True(Directory.Exists(sandbox.At("run", "checkpoints", "step-000001")));
    }

    [Fact]
    public void The_sample_corpus_stands_in_where_there_is_no_other()
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"--max_steps 1 --out run {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("sample", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("data ptb", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_prints_one_line()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"{TopK} --out run --quiet");
        Assert.Equal(0, outcome.Code);
        Assert.Single(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    internal static JsonElement Summary(Sandbox sandbox, string folder) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(sandbox.At(folder), "summary.json"))).RootElement;

    internal static string Hash(Sandbox sandbox, string folder) => Summary(sandbox, folder).GetProperty("final_parameters_sha256").GetString()!;

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];
}
