using System.Diagnostics;
using System.Text.Json;
using Compression.Experiments.Cli;
using Compression.Experiments.Tests.Plots;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Tests.Publishing;

/// <summary>What the published folder does where nothing but the system is: with libtorch by name, with that of a PyTorch, and without one.</summary>
[Collection(Processes.Name)]
public sealed class PublishedFolderTests(PublishedFolder published) : IClassFixture<PublishedFolder>, IDisposable
{
    private const int MostBytes = 64_000_000;
    private const string ThreeSteps = "--data corpus --compressor topk --compress_ratio 0.1 --max_steps 3 " + Sandbox.TinyModel;

    private static readonly string s_needed = Training.TorchRuntime.Read().Version;

    private readonly Sandbox _sandbox = new();

    [Fact]
    public void It_is_small_and_links_nowhere()
    {
        var files = new DirectoryInfo(published.Path).GetFileSystemInfos("*", SearchOption.AllDirectories);
        Assert.All(files, file => Assert.Null(file.LinkTarget));
        Assert.InRange(files.OfType<FileInfo>().Sum(file => file.Length), 20_000_000, MostBytes);
        Assert.Equal(
            Directory.GetFiles(Path.Combine(RunScript.RepositoryRoot(), "experiments", "grids")).Select(Path.GetFileName).Order(),
            Directory.GetFiles(Path.Combine(published.Path, "experiments", "grids")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("list compressors")]
    [InlineData("list memories")]
    [InlineData("list exchanges")]
    [InlineData("list presets")]
    [InlineData("train --help")]
    public void Nothing_is_missing_and_nothing_of_it_needs_libtorch(string words)
    {
        var outcome = Run(words, ("PATH", Tools()));
        Assert.Equal((0, ""), (outcome.Code, outcome.Errors));
        Assert.Equal(_sandbox.Run(words).Output, outcome.Output);
    }

    [Fact]
    public void The_help_names_all_verbs_but_those_that_need_the_repository()
    {
        string[] here = _sandbox.Run("--help").Output.Split('\n'), there = Run("--help").Output.Split('\n');
        Assert.Equal(["  test [FILTER]", "  prepare [PACKAGE...]", "  publish --out DIR"], here.Except(there).Select(line => line[..Math.Min(line.Length, 22)].TrimEnd()));
        Assert.Empty(there.Except(here));
    }

    [Theory]
    [InlineData("test", "in the repository")]
    [InlineData("test Name", "in the repository")]
    [InlineData("prepare mpich", "apt-get install")]
    [InlineData("publish --out x", "in the repository")]
    [InlineData("list", "unset it", "COMPRESSION_TORCH", "cuda")]
    public void What_needs_the_repository_is_refused_by_name(string words, string cure, string variable = "NOTHING", string value = "")
    {
        var outcome = Run(words, (variable, value));
        Assert.Equal(2, outcome.Code);
        string line = Assert.Single(outcome.ErrorLines);
        Assert.Contains(value.Length > 0 ? variable : words.Split(' ')[0], line, StringComparison.Ordinal);
        Assert.Contains(cure, line, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("run.sh OPTIONS", 1)]
    [InlineData("run.sh OPTIONS --num_workers 2", 2)]
    [InlineData("mpiexec.mpich -n 2 run.sh OPTIONS", 2)]
    public void It_trains_to_the_bits_of_the_repository_and_knows_its_commit(string command, int workers)
    {
        _sandbox.WriteCorpus();
        string line = command.Replace("run.sh", published.Script, StringComparison.Ordinal).Replace("OPTIONS", $"{ThreeSteps} --out run", StringComparison.Ordinal);
        var outcome = RunLine(line, ("TORCH_PATH", PublishedFolder.Libtorch));
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(0, Apphost.Run(_sandbox, $"{ThreeSteps} --num_workers {workers} --out same").Code);
        Assert.Equal(TrainingRunTests.Hash(_sandbox, "same"), TrainingRunTests.Hash(_sandbox, "run"));

        var facts = JsonDocument.Parse(File.ReadAllText(_sandbox.At("run", "environment.json"))).RootElement;
        Assert.Equal(
            GitState.Of(RunScript.RepositoryRoot())?.Commit,
            facts.GetProperty("git") is { ValueKind: JsonValueKind.Object } git ? git.GetProperty("commit").GetString() : null);
        Assert.NotEmpty(facts.GetProperty("packages").EnumerateObject());
    }

    [NeedsProgramFact("python3")]
    public void An_installed_PyTorch_is_taken_if_it_is_of_the_right_version_and_is_not_imported()
    {
        _sandbox.WriteCorpus();
        string site = Path.Combine(_sandbox.Folder, "site");
        Directory.CreateDirectory(Path.Combine(site, "torch"));
        Directory.CreateSymbolicLink(Path.Combine(site, "torch", "lib"), PublishedFolder.Libtorch);
        File.WriteAllText(Path.Combine(site, "torch", "__init__.py"), "raise SystemExit('imported')");
        WriteVersion("1.13.1+cu117");
        var other = Run($"{ThreeSteps} --out run", ("PYTHONPATH", site));
        Assert.Equal(3, other.Code);
        string line = Assert.Single(other.ErrorLines);
        Assert.All(["1.13.1+cu117", $"torch=={s_needed}", Path.Combine(site, "torch", "lib")], part => Assert.Contains(part, line, StringComparison.Ordinal));

        WriteVersion(s_needed + "+cpu");
        var right = Run($"{ThreeSteps} --out run", ("PYTHONPATH", site));
        Assert.True(right.Code == 0, right.Errors);
        Assert.Contains(Path.Combine(site, "torch", "lib") + " (PyTorch", Run("doctor", ("PYTHONPATH", site)).Output, StringComparison.Ordinal);

        void WriteVersion(string version) => File.WriteAllText(Path.Combine(site, "torch", "version.py"), $"__version__ = '{version}'\ndebug = False\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--num_workers 2")]
    public void Without_libtorch_the_three_places_are_named_in_one_line(string option)
    {
        _sandbox.WriteCorpus();
        foreach (string python in (string[])["python", "python3"])
        {
            RunScript.WriteExecutable(_sandbox.At("pythons", python), "exit 1");
        }

        var outcome = Run($"{ThreeSteps} --out run {option}", ("PATH", $"{_sandbox.At("pythons")}:{_sandbox.Variables["PATH"]}"));
        Assert.Equal(3, outcome.Code);
        string line = Assert.Single(outcome.ErrorLines);
        Assert.All([Path.Combine(published.Path, "program", "torch"), "TORCH_PATH", "PyTorch"], place => Assert.Contains(place, line, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_libtorch_there_are_still_pictures_and_reports()
    {
        _sandbox.WriteCorpus();
        Assert.Equal(0, Apphost.Run(_sandbox, $"{ThreeSteps} --out run").Code);
        foreach (string words in (string[])["plot steps run --out pictures", "report run --out page.html"])
        {
            var outcome = Run(words, ("PATH", Tools()));
            Assert.True(outcome.Code == 0, outcome.Errors);
        }
    }

    [Fact]
    public void Without_an_mpiexec_ranks_are_refused_with_what_to_install()
    {
        _sandbox.WriteCorpus();
        var outcome = Run($"{ThreeSteps} --num_workers 2 --out run", ("PATH", Tools()), ("TORCH_PATH", PublishedFolder.Libtorch));
        Assert.Equal(3, outcome.Code);
        Assert.Contains("mpich", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    public void Dispose() => _sandbox.Dispose();

    // What the start script itself uses: no Python, no launcher.
    private string Tools()
    {
        string folder = Directory.CreateDirectory(_sandbox.At("tools")).FullName;
        foreach (string tool in (string[])["bash", "dirname", "env", "readlink", "uname"])
        {
            string link = Path.Combine(folder, tool);
            if (!File.Exists(link))
            {
                File.CreateSymbolicLink(link, Find(tool));
            }
        }

        return folder;
    }

    private string Find(string program) => _sandbox.Variables["PATH"].Split(':').Select(folder => Path.Combine(folder, program)).First(File.Exists);

    private Outcome Run(string words, params (string Name, string Value)[] variables) => RunLine($"{published.Script} {words}", variables);

    private Outcome RunLine(string line, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { WorkingDirectory = _sandbox.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in (string[])[CommandEnvironment.RootVariable, CommandEnvironment.DataVariable, "TORCH_PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "COMPRESSION_TORCH"])
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        Assert.True(process.WaitForExit(Patience.Limit), "It does not end.");
        return new Outcome(process.ExitCode, output.Result, errors.Result);
    }
}
