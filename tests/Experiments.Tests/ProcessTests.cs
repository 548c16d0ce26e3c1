namespace Compression.Experiments.Tests;

/// <summary>The program as a process among others: signals, killed ranks, failing ranks.</summary>
[Collection(Processes.Name)]
public sealed class ProcessTests
{
    private const string Endless = "--data corpus --compressor topk --epochs 100000 --checkpoint_every 50 --out run " + Sandbox.TinyModel;

    [Theory]
    [InlineData("INT", 130, 1)]
    [InlineData("TERM", 143, 1)]
    [InlineData("INT", 130, 2)]
    public async Task A_signal_ends_the_run_in_order(string signal, int code, int workers)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var process = Apphost.Start(sandbox, $"{Endless} --num_workers {workers}");
        await Apphost.UntilItTrains(process);
        Apphost.Signal(process.Id, signal);
        var errors = process.StandardError.ReadToEndAsync();
        _ = await process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience.Limit));

        Assert.Equal(code, process.ExitCode);
        Assert.Empty(await errors);
        Assert.Equal("interrupted", TrainingRunTests.Summary(sandbox, "run").GetProperty("status").GetString());
        Assert.NotEmpty(Directory.GetDirectories(sandbox.At("run", "checkpoints")));
    }

    [Fact]
    public async Task A_killed_rank_ends_the_job_and_the_run_can_go_on()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var process = Apphost.Start(sandbox, $"{Endless} --num_workers 2");
        await Apphost.UntilCheckpoint(sandbox, process);

        var rest = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Apphost.Signal(Apphost.ProcessOfRank(1, sandbox.At("run")), "KILL");
        Assert.True(process.WaitForExit(Patience.Limit), "The job outlives its rank.");
        Assert.Equal(6, process.ExitCode);
        string line = Assert.Single((await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("signal 9", line, StringComparison.Ordinal);
        _ = await rest;

        var resumed = Apphost.Run(sandbox, "--resume run --max_steps 1");
        Assert.True(resumed.Code == 0, resumed.Errors);
    }

    [Fact]
    public void What_strikes_all_ranks_is_told_once()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Apphost.Run(
            sandbox, $"--data corpus --num_workers 2 --out run --clip 0 --init_lr 1e38 --epochs 50 {Sandbox.TinyModel}");
        Assert.Equal(4, outcome.Code);
        string line = Assert.Single(outcome.ErrorLines);
        Assert.Contains("not finite", line, StringComparison.Ordinal);
        Assert.Equal("failed", TrainingRunTests.Summary(sandbox, "run").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("ulimit -n 96", 1, 3)]
    [InlineData("ulimit -n 64", 2, 3)]
    [InlineData("ulimit -n 32", 2, 3)]
    [InlineData("ulimit -n 260", 2, 3)]
    [InlineData("ulimit -Sn 64", 2, 0)]
    public void A_limit_of_open_files_that_is_too_low_is_told_before_anything_starts(string limit, int workers, int code)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Apphost.RunProgram(
            sandbox, "/bin/sh", "-c",
            $"{limit}; exec {Apphost.Path} --data corpus --compressor topk --max_steps 2 --num_workers {workers} --out run {Sandbox.TinyModel}");
        Assert.Equal(code, outcome.Code);
        Assert.Equal(code == 0 ? 0 : 1, outcome.ErrorLines.Length);
        Assert.Equal(code == 0, Directory.Exists(sandbox.At("run")));
    }

    [Fact]
    public void Bad_input_does_not_start_ranks()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Apphost.Run(sandbox, "--data corpus --num_workers 2 --out run --compressor topk --compress_ratio 7");
        Assert.Equal(2, outcome.Code);
        Assert.Single(outcome.ErrorLines);
        Assert.False(Directory.Exists(sandbox.At("run")));
    }
}
