using Compression.Core.Reporting;
using Compression.Experiments.Plots.Runs;
using Compression.Tracking.Files;

namespace Compression.Experiments.Tests.Plots;

/// <summary>Reading runs that are whole, going on, killed or damaged.</summary>
public sealed class RunReaderTests
{
    [Fact]
    public void What_was_written_is_read()
    {
        using var sandbox = new Sandbox();
        var run = RunReader.Read(new SyntheticRun { Perplexities = [300, 120.5], Seed = 7 }.WriteTo(sandbox.At("run")), "run");

        Assert.Empty(run.Notes);
        Assert.Equal("7", run.Option("seed"));
        Assert.Equal([10L, 20L], run.Metrics.Select(row => row.Step));
        Assert.Equal(20.0 * 0.5, run.Metrics[1].SecondsTotal);
        Assert.Equal(3 * 0.5, run.Metrics[1].Seconds.Communicate);
        Assert.Equal(["valid", "valid", "test"], run.Evaluations.Select(row => row.Split));
        Assert.Equal(120.5, run.Evaluations[1].Perplexity, 9);
        Assert.Equal(121.5, run.Summary!.TestPerplexity);
        Assert.Equal("abc", run.Machine!.Data["ptb.train.txt"]);
        Assert.True(run.IsDense);
        Assert.True(run.IsFinished);
    }

    [Theory]
    [InlineData("40,0.4,400")]
    [InlineData("4")]
    [InlineData("40,0.4,4000,5,20,1000,1,0,1,20,1,1,1,1,1,0,0,0")]
    public void A_torn_last_line_is_left_out_and_told(string torn)
    {
        using var sandbox = new Sandbox();
        string folder = new SyntheticRun().WriteTo(sandbox.At("run"));
        File.AppendAllText(Path.Combine(folder, RunFiles.Metrics), torn);

        var run = RunReader.Read(folder, "run");

        Assert.Equal(30, run.Metrics[^1].Step);
        Assert.Contains(RunFiles.Metrics, Assert.Single(run.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_header_holds_no_rows()
    {
        using var sandbox = new Sandbox();
        string folder = new SyntheticRun().WriteTo(sandbox.At("run"));
        File.WriteAllText(Path.Combine(folder, RunFiles.Metrics), "step,epo");

        Assert.Empty(RunReader.Read(folder, "run").Metrics);
    }

    [Theory]
    [InlineData(RunFiles.Summary)]
    [InlineData(RunFiles.Environment)]
    [InlineData(RunFiles.Metrics)]
    [InlineData(RunFiles.Evaluations)]
    public void A_missing_file_is_one_note(string file)
    {
        using var sandbox = new Sandbox();
        string folder = new SyntheticRun().WriteTo(sandbox.At("run"));
        File.Delete(Path.Combine(folder, file));

        Assert.Contains(file, Assert.Single(RunReader.Read(folder, "run").Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void A_damaged_summary_or_environment_is_a_note(string content)
    {
        using var sandbox = new Sandbox();
        string folder = new SyntheticRun().WriteTo(sandbox.At("run"));
        File.WriteAllText(Path.Combine(folder, RunFiles.Summary), content);
        File.WriteAllText(Path.Combine(folder, RunFiles.Environment), content);

        var run = RunReader.Read(folder, "run");

        Assert.Null(run.Summary);
        Assert.Null(run.Machine);
        Assert.Equal(2, run.Notes.Count);
    }

    [Fact]
    public void Runs_below_a_folder_are_found_once_and_checkpoints_inside_them_are_none()
    {
        using var sandbox = new Sandbox();
        new SyntheticRun().WriteTo(sandbox.At("sweep", "trials", "b"));
        string first = new SyntheticRun().WriteTo(sandbox.At("sweep", "trials", "a"));
        Directory.CreateDirectory(Path.Combine(first, "checkpoints", "step-1"));
        File.WriteAllText(Path.Combine(first, "checkpoints", "step-1", RunFiles.Config), "{}");
        string damaged = Directory.CreateDirectory(sandbox.At("sweep", "trials", "c")).FullName;
        File.WriteAllText(Path.Combine(damaged, RunFiles.Config), "{");
        var notes = new List<string>();

        var runs = RunFolders.Read(["sweep", "sweep/trials/a"], sandbox.Surroundings(TextWriter.Null, TextWriter.Null), notes);

        Assert.Equal([Path.Combine("trials", "a"), Path.Combine("trials", "b")], runs.Select(run => run.Name));
        Assert.Contains("trials/c", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", "no such folder")]
    [InlineData("empty", "no run there")]
    public void A_folder_without_runs_is_an_error_of_usage(string folder, string says)
    {
        using var sandbox = new Sandbox();
        Directory.CreateDirectory(sandbox.At("empty"));

        var error = Assert.Throws<UserErrorException>(() => RunFolders.Read([folder], sandbox.Surroundings(TextWriter.Null, TextWriter.Null), []));

        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
