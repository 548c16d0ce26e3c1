namespace Compression.Experiments.Tests;

/// <summary>Stages as processes: what they train, and how they end when one of them does.</summary>
[Collection(Processes.Name)]
public sealed class ModelParallelTests
{
    private const string Tiny = "model-parallel --data corpus --emb_size 8 --num_hid 12 --num_layers 4 --batch_size 4 --buckets 8,16,60 --lr 0.3 --seed 7 ";

    [Fact]
    public void Stages_on_ranks_end_with_the_loss_of_one_process()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        const string options = Tiny + "--max_steps 12 --dropout 0.2";
        var one = Apphost.Run(sandbox, $"{options} --stages 1 --out one");
        Assert.True(one.Code == 0, one.Errors);
        Assert.Contains("sentences by bucket", one.Output, StringComparison.Ordinal);
        double expected = Perplexity(sandbox, "one");
        foreach (string way in new[] { "--stages 2", "--stages 4 --schedule 1f1b", "--stages 2 --placement auto --schedule gpipe" })
        {
            string folder = way.Replace("--", "", StringComparison.Ordinal).Replace(' ', '-');
            var outcome = Apphost.Run(sandbox, $"{options} {way} --out {folder}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Equal(expected, Perplexity(sandbox, folder), 1e-4 * expected);
            Assert.True(File.Exists(sandbox.At(folder, "pipeline.json")) && File.Exists(sandbox.At(folder, "timeline.json")));
        }
    }

    [Theory]
    [InlineData("KILL", "", "stage 1 (rank 1) died by signal 9")]
    [InlineData("STOP", "--comm_timeout 10", "stage 0 (rank 0): ")]
    public async Task A_stage_that_is_gone_or_stuck_ends_all_with_its_name(string signal, string options, string told)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var process = Apphost.Start(sandbox, $"{Tiny} --stages 2 --num_round 100000 --log_interval 5 --out run {options}");
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("words/s", StringComparison.Ordinal))
        {
        }

        var rest = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        int victim = Apphost.ProcessOfRank(1, sandbox.At("run"));
        Apphost.Signal(victim, signal);
        try
        {
            Assert.True(process.WaitForExit(Patience.Limit), "The job outlives its stage.");
        }
        finally
        {
            Apphost.Signal(victim, "KILL");
        }

        Assert.Equal(6, process.ExitCode);
        Assert.Contains(told, await errors, StringComparison.Ordinal);
        _ = await rest;
    }

    private static double Perplexity(Sandbox sandbox, string folder) => TrainingRunTests.Summary(sandbox, folder).GetProperty("valid_perplexity").GetDouble();
}
