using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunDirectory Open(string? chosen, bool resuming = false, string experiment = "exp") =>
        RunDirectory.Open(chosen, experiment, resuming, new ManualTime(), _folder.At("runs"));

    private UserErrorException Refusal(string chosen, bool resuming = false)
    {
        var error = Assert.Throws<UserErrorException>(() => Open(chosen, resuming));
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("--out", error.Message, StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public void The_default_name_is_the_experiment_and_the_local_time()
    {
        var run = Open(null);
        Assert.Equal(_folder.At("runs/exp-20260304-070607"), run.FullPath);
        Assert.True(Directory.Exists(run.FullPath));
    }

    [Fact]
    public async Task Starts_in_the_same_second_get_folders_of_their_own()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Open(null).FullPath)));
        Assert.Equal(16, runs.Distinct().Count());
    }

    [Theory]
    [InlineData("lstm/topk", "lstm-topk")]
    [InlineData("../up", "-up")]
    [InlineData("", "run")]
    [InlineData("  ", "run")]
    public void An_experiment_name_never_leaves_the_runs_folder(string experiment, string start)
    {
        var run = Open(null, experiment: experiment);
        Assert.Equal(_folder.At($"runs/{start}-20260304-070607"), run.FullPath);
    }

    [Fact]
    public void A_chosen_folder_is_made_with_its_parents() =>
        Assert.True(Directory.Exists(Open(_folder.At("a/b/c")).FullPath));

    [Fact]
    public void An_existing_folder_with_other_files_is_fine()
    {
        File.WriteAllText(_folder.At("notes.md"), "mine");
        Assert.Equal(_folder.FullPath, Open(_folder.FullPath).FullPath);
        Assert.Equal("mine", File.ReadAllText(_folder.At("notes.md")));
    }

    [Fact]
    public void A_folder_just_opened_can_be_opened_again()
    {
        var launcher = Open(null);
        Assert.Equal(launcher.FullPath, Open(launcher.FullPath).FullPath);
    }

    [Theory]
    [InlineData(RunFiles.Config)]
    [InlineData(RunFiles.Environment)]
    [InlineData(RunFiles.Metrics)]
    [InlineData(RunFiles.Evaluations)]
    [InlineData(RunFiles.Summary)]
    [InlineData(RunFiles.Log)]
    [InlineData(RunFiles.Checkpoints + "/step-1")]
    public void A_folder_with_results_is_refused_and_left_as_it_was(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(file))!);
        File.WriteAllText(_folder.At(file), "earlier");
        var error = Refusal(_folder.FullPath);
        Assert.Contains("choose another --out", error.Message, StringComparison.Ordinal);
        Assert.Contains("--resume latest", error.Message, StringComparison.Ordinal);
        Assert.Equal("earlier", File.ReadAllText(_folder.At(file)));
        Assert.Single(Directory.GetFiles(_folder.FullPath, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_folder_with_results_can_be_resumed()
    {
        File.WriteAllText(_folder.At(RunFiles.Log), "earlier");
        Assert.True(RunDirectory.HoldsRun(Open(_folder.FullPath, resuming: true).FullPath));
        Assert.Equal("earlier", File.ReadAllText(_folder.At(RunFiles.Log)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_in_the_way_is_refused(bool resuming)
    {
        File.WriteAllText(_folder.At("file"), "");
        Assert.Contains("is a file", Refusal(_folder.At("file"), resuming).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_among_the_parents_is_refused()
    {
        File.WriteAllText(_folder.At("file"), "");
        Refusal(_folder.At("file/run"));
    }

    [Theory]
    [InlineData("/dev/null/run")]
    [InlineData("/proc/run")]
    [InlineData("/proc")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void An_impossible_folder_is_refused(string chosen) => Refusal(chosen);

    [Fact]
    public void The_check_leaves_nothing_but_the_empty_log()
    {
        var run = Open(_folder.At("run"));
        Assert.Equal([run.PathOf(RunFiles.Log)], Directory.GetFileSystemEntries(run.FullPath));
        Assert.Equal(0, new FileInfo(run.PathOf(RunFiles.Log)).Length);
    }
}
