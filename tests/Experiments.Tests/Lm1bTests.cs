using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Tests;

/// <summary>The LM-1B trainer from the command line to the run's folder, among real ranks.</summary>
public sealed class Lm1bTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Ranks_train_as_virtual_workers_do_whatever_way_gradients_travel(int ranks)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        const string Options = $"{Sandbox.TinyLm1b} --max_steps 5 --eval_n_per_epoch 1";
        var outcome = sandbox.Run($"{Options} --virtual_workers {ranks} --out virtual");
        Assert.True(outcome.Code == 0, outcome.Errors);
        double[] expected = Losses(sandbox, "virtual");
        double perplexity = Perplexity("virtual");
        Assert.InRange(perplexity, 2, 20);
        Assert.Equal(5, expected.Length);
        foreach (string way in new[] { "HYBRID", "MPI", "PS" })
        {
            outcome = Apphost.Run(sandbox, $"{Options} --run_option {way} --num_workers {ranks} --out {way}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Pairs.AssertClose(expected, Losses(sandbox, way), 1e-5);
            Assert.Equal(perplexity, Perplexity(way), 1e-4 * perplexity);
        }

        double Perplexity(string run) => TrainingRunTests.Summary(sandbox, run).GetProperty("test_perplexity").GetDouble();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Workers_that_do_not_wait_all_take_their_steps(int servers)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        var outcome = Apphost.Run(sandbox, $"{Sandbox.TinyLm1b} --max_steps 6 --run_option PS --sync false --num_workers 2 --num_servers {servers} --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        var summary = TrainingRunTests.Summary(sandbox, "run");
        Assert.Equal("completed", summary.GetProperty("status").GetString());
        Assert.Equal(2 * 6, Staleness(summary).Sum(count => count.Value));
        Assert.Equal(2 * 6 * 12, summary.GetProperty("tokens").GetInt64());
    }

    [Fact]
    public void A_resumed_run_goes_on_with_the_number_of_partitions_that_was_found()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        var outcome = sandbox.Run($"{Sandbox.TinyLm1b} --search_partitions true --num_variable_shards 3 --max_steps 2 --checkpoint_every 2 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string found = Kept("step-000002");
        outcome = sandbox.Run("lm1b --resume latest --out run --max_steps 4");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(found, Kept("step-000004"));
        Assert.Equal(found, Config());
        outcome = sandbox.Run("lm1b --resume latest --out run --max_steps 6 --num_variable_shards 77");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal("77", Kept("step-000006"));

        string Kept(string checkpoint) => LoadedCheckpoint.ReadState(sandbox.At("run", "checkpoints", checkpoint)).Kept("--num_variable_shards")!;

        string Config()
        {
            using var config = JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json")));
            return config.RootElement.GetProperty("options").GetProperty("num_variable_shards").ToString();
        }
    }

    [Fact]
    public async Task Where_workers_do_not_wait_one_that_stands_still_holds_up_no_other()
    {
        const int Steps = 200;
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        using var process = Apphost.Start(sandbox, $"{Sandbox.TinyLm1b} --max_steps {Steps} --run_option PS --sync false --num_workers 2 --out run");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        WaitForStep(sandbox, process, 5);
        int other = Apphost.ProcessOfRank(1, sandbox.At("run"));
        Apphost.Signal(other, "STOP");
        WaitForStep(sandbox, process, Steps);
        Assert.False(File.Exists(sandbox.At("run", "summary.json")), "A worker that stands still is not waited for in the end.");
        Apphost.Signal(other, "CONT");
        Assert.True(process.WaitForExit(Patience.Limit), "The program does not end.");
        Assert.True(process.ExitCode == 0, await errors + await output);
        Assert.Equal(2 * Steps, Staleness(TrainingRunTests.Summary(sandbox, "run")).Sum(count => count.Value));
    }

    [Fact]
    public async Task Where_workers_wait_one_that_stands_still_is_waited_for_and_changes_no_loss()
    {
        const int Steps = 100;
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        Assert.Equal(0, Apphost.Run(sandbox, $"{Sandbox.TinyLm1b} --max_steps {Steps} --num_workers 2 --out straight").Code);
        using var process = Apphost.Start(sandbox, $"{Sandbox.TinyLm1b} --max_steps {Steps} --num_workers 2 --out run");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        WaitForStep(sandbox, process, 5);
        int other = Apphost.ProcessOfRank(1, sandbox.At("run"));
        Apphost.Signal(other, "STOP");
        Patience.Until(process, () => Apphost.StandsStill(other), "The worker does not stand still.");
        int seen = Losses(sandbox, "run").Length;

        // The step in progress may still end on the first rank, and none after it. A run that does not wait takes a few milliseconds a step.
        for (int look = 0; look < 100; look++)
        {
            Assert.InRange(Losses(sandbox, "run").Length, seen, seen + 2);
            Assert.False(process.WaitForExit(TimeSpan.FromMilliseconds(20)));
        }

        Apphost.Signal(other, "CONT");
        Assert.True(process.WaitForExit(Patience.Limit), "The program does not end.");
        Assert.True(process.ExitCode == 0, await errors + await output);
        Assert.Equal(Losses(sandbox, "straight"), Losses(sandbox, "run"));
    }

    [Fact]
    public void A_checkpoint_without_a_shard_is_refused_by_its_name()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteBillionWords();
        var outcome = sandbox.Run($"{Sandbox.TinyLm1b} --max_steps 4 --checkpoint_every 4 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string checkpoint = Assert.Single(Directory.GetDirectories(sandbox.At("run", "checkpoints"))), model = Path.Combine(checkpoint, "model.safetensors");
        string copy = sandbox.At("changed.safetensors");
        using (var file = SafetensorsFile.Open(model))
        {
            TensorEntry[] entries = [.. file.Tensors.Where(entry => entry.Name != "softmax.shard_2")];
            Assert.Equal(file.Tensors.Count() - 1, entries.Length);
            SafetensorsWriter.Save(copy, entries, writer =>
            {
                foreach (var entry in entries)
                {
                    float[] values = new float[entry.Length];
                    file.Read(entry.Name, values);
                    writer.Write(entry.Name, values);
                }
            });
        }

        // As a tool would leave it that rewrites the list of checksums too.
        File.Move(copy, model, overwrite: true);
        string list = Path.Combine(checkpoint, "SHA256SUMS");
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(model)));
        File.WriteAllText(list, string.Concat(File.ReadAllLines(list).Select(line => $"{(line.EndsWith("  model.safetensors", StringComparison.Ordinal) ? sha256 + line[64..] : line)}\n")));
        outcome = sandbox.Run("lm1b --resume run --max_steps 8");
        Assert.Equal(5, outcome.Code);
        Assert.Contains("softmax.shard_2", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    private static double[] Losses(Sandbox sandbox, string run)
    {
        string path = sandbox.At(run, "metrics.csv");
        string[] rows = File.Exists(path) ? File.ReadAllText(path).Split('\n')[1..^1] : [];
        return [.. rows.Select(row => double.Parse(row.Split(',')[3], CultureInfo.InvariantCulture))];
    }

    private static Dictionary<int, long> Staleness(JsonElement summary) => summary.GetProperty("staleness").EnumerateObject()
        .ToDictionary(count => int.Parse(count.Name, CultureInfo.InvariantCulture), count => count.Value.GetInt64());

    private static void WaitForStep(Sandbox sandbox, Process process, int step) =>
        Patience.Until(process, () => Losses(sandbox, "run").Length >= step, $"Step {step} does not come.");
}
