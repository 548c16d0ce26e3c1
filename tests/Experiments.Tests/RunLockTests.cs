using System.Text.RegularExpressions;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Tests;

/// <summary>A run's folder belongs to one start at a time; a run that was killed can go on, or begin again, in its folder.</summary>
public sealed class RunLockTests
{
    private const string Endless = "--data corpus --compressor topk --epochs 100000 --checkpoint_every 50 --out run " + Sandbox.TinyModel;

    [Theory]
    [InlineData(1, Endless)]
    [InlineData(1, "--resume latest --out run")]
    [InlineData(2, "--resume run")]
    [InlineData(2, Endless + " --num_workers 2")]
    public async Task A_second_start_beside_a_live_run_names_who_writes_there(int workers, string second)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        using var first = Apphost.Start(sandbox, $"{Endless} --num_workers {workers}");
        await Apphost.UntilCheckpoint(sandbox, first);
        var rest = first.StandardOutput.ReadToEndAsync();
        int writer = workers == 1 ? first.Id : Apphost.ProcessOfRank(0, sandbox.At("run"));

        var refused = Apphost.Run(sandbox, second);
        Assert.Equal(2, refused.Code);
        string line = Assert.Single(refused.ErrorLines);
        Assert.Contains($"process {writer} on {Environment.MachineName}", line, StringComparison.Ordinal);

        Apphost.Signal(first.Id, "TERM");
        Assert.True(first.WaitForExit(Patience.Limit));
        Assert.Equal(143, first.ExitCode);
        _ = await rest;
        Assert.False(File.Exists(sandbox.At("run", ".lock")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Of_starts_at_once_one_goes_on(int workers)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string command = $"--data corpus --compressor topk --max_steps 40 --out run --num_workers {workers} {Sandbox.TinyModel}";
        var starts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Apphost.Run(sandbox, command))));

        Assert.Equal([0, 2, 2], starts.Select(start => start.Code).Order());
        Assert.All(starts.Where(start => start.Code == 2), start => Assert.Single(start.ErrorLines));

        // A header and a row each two steps, of one run alone.
        Assert.Equal(21, File.ReadLines(sandbox.At("run", "metrics.csv")).Count());
        Assert.Equal("completed", TrainingRunTests.Summary(sandbox, "run").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("--resume latest --out run")]
    [InlineData("--resume run")]
    [InlineData(null)]
    public async Task A_run_killed_before_its_first_checkpoint_begins_again_in_its_folder(string? again)
    {
        const string Whole = "--data corpus --compressor topk --max_steps 3000 --checkpoint_every 0 --out run " + Sandbox.TinyModel;
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 600);
        using var killed = Apphost.Start(sandbox, Whole);
        await Apphost.UntilItTrains(killed);
        killed.Kill();
        killed.WaitForExit();
        Assert.False(Directory.Exists(sandbox.At("run", "checkpoints")));

        var outcome = sandbox.Run(again is null ? Whole : again);
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("begins again, at step 0", outcome.Output + outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(1501, File.ReadLines(sandbox.At("run", "metrics.csv")).Count());

        // What has come to its end is not begun again.
        Assert.Equal(2, sandbox.Run(Whole).Code);
    }

    [Fact]
    public void Another_command_does_not_begin_in_the_folder_of_a_killed_run()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"--data corpus --max_steps 2 --checkpoint_every 0 --out run {Sandbox.TinyModel}").Code);
        File.Delete(sandbox.At("run", "summary.json"));
        var before = sandbox.Snapshot();
        var refused = sandbox.Run($"--data corpus --max_steps 4 --checkpoint_every 0 --out run {Sandbox.TinyModel}");
        Assert.Equal(2, refused.Code);
        Assert.Contains("already holds a run", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Snapshot());
    }

    [Fact]
    public void Resume_auto_is_one_command_for_every_start()
    {
        const string Command = "--data corpus --checkpoint_every 2 --resume auto --out run " + Sandbox.TinyModel;
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string Hash(string options)
        {
            var outcome = sandbox.Run($"{Command} {options}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            return TrainingRunTests.Hash(sandbox, "run");
        }

        string first = Hash("--max_steps 4");
        Assert.Equal(first, Hash("--max_steps 4"));
        string goneOn = Hash("--max_steps 8");
        Assert.EndsWith("step-000004", RecordedRun.Read(sandbox.At("run")).Values["resume"], StringComparison.Ordinal);
        Directory.Delete(sandbox.At("run"), recursive: true);
        Directory.CreateDirectory(sandbox.At("run"));
        Assert.Equal(goneOn, Hash("--max_steps 8"));
    }

    [Fact]
    public void Resume_auto_needs_the_runs_folder_and_takes_nothing_for_a_run_that_is_none()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var nowhere = sandbox.Run($"--data corpus --resume auto {Sandbox.TinyModel}");
        Assert.Equal(2, nowhere.Code);
        Assert.Contains("--out", Assert.Single(nowhere.ErrorLines), StringComparison.Ordinal);
        Directory.CreateDirectory(sandbox.At("run"));
        File.WriteAllText(sandbox.At("run", "metrics.csv"), "step\n");
        var without = sandbox.Run($"--data corpus --resume auto --out run {Sandbox.TinyModel}");
        Assert.Equal(5, without.Code);
        Assert.Equal("step\n", File.ReadAllText(sandbox.At("run", "metrics.csv")));
    }

    [Theory]
    [InlineData("train", "--resume run")]
    [InlineData("train", "--resume latest --out run", "--resume run")]
    [InlineData("train", "--resume auto --out run", "--resume run")]
    [InlineData("train", "eval run")]
    [InlineData("transformer-xl", "transformer-xl --resume run")]
    [InlineData("transformer-xl", "transformer-xl --generate cat --resume run")]
    [InlineData("transformer-xl", "transformer-xl --eval_only --resume run")]
    [InlineData("lm1b", "lm1b --resume run")]
    [InlineData("lm1b", "lm1b --mode eval_test --eval_once --logdir run", "lm1b --mode eval_test --eval_once --resume run")]
    [InlineData("model-parallel", "model-parallel --resume run")]
    public void A_damaged_checkpoint_names_the_older_intact_one(string trainer, string command, string? cure = null)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.WriteBillionWords();
        string start = Regex.Replace(ResumableRuns.Trainers[trainer].Arguments, "--max_steps? 2", "--max_steps 4");
        Assert.Equal(0, sandbox.Run($"{start} --out run").Code);
        string older = sandbox.At("run", "checkpoints", "step-000002"), newest = sandbox.At("run", "checkpoints", "step-000004");
        using (var model = File.OpenWrite(Path.Combine(newest, "model.safetensors")))
        {
            model.Seek(-3, SeekOrigin.End);
            model.WriteByte(0x55);
        }

        var refused = sandbox.Run(command);
        Assert.Equal(5, refused.Code);
        Assert.EndsWith($"; {older} is intact", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        // What the message names works.
        var cured = sandbox.Run((cure ?? command).Replace(" run", $" {older}", StringComparison.Ordinal));
        Assert.True(cured.Code == 0, cured.Errors);

        File.Delete(Path.Combine(older, "state.json"));
        Assert.DoesNotContain("is intact", sandbox.Run(command).Errors, StringComparison.Ordinal);
    }
}
