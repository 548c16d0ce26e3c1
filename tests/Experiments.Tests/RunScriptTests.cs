using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Tests;

/// <summary>What run.sh does before it hands over: where it may be called from, when it builds, what it installs.</summary>
[Collection(Processes.Name)]
public sealed class RunScriptTests : IDisposable
{
    private const string Sdk = """[ "$1" = --list-sdks ] && echo '10.0.100 [/sdk]' && exit; echo "$*" >> "$BUILDS"; """;

    private readonly RunScript _script = new();

    [Theory]
    [InlineData("project/run.sh")]
    [InlineData("cd project && ./run.sh")]
    [InlineData("cd project/experiments && ../run.sh")]
    [InlineData("ln -s project/run.sh first && ln -s \"$PWD/first\" second && ./second")]
    [InlineData("mkdir a && ln -s ../project/run.sh a/run && cd / && \"$OLDPWD/a/run\"")]
    [InlineData("CDPATH=$PWD:/; export CDPATH; project/run.sh")]
    public void The_program_gets_all_words_and_its_root_from_wherever_it_is_called(string call)
    {
        var outcome = _script.Run($"{call} list 'two words' '' --a=b");
        Assert.Empty(outcome.Errors);
        Assert.Equal([_script.Root, "", "list", "two words", "", "--a=b", ""], outcome.Output.Split('\n'));
        Assert.Equal(7, outcome.Code);
    }

    [Fact]
    public void A_working_folder_that_is_gone_is_told_in_one_line()
    {
        var outcome = _script.Run($"mkdir gone && cd gone && rmdir ../gone && exec {_script.Root}/run.sh list");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("working folder is gone", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&-")]
    [InlineData(">&- 2>&- <&-")]
    public void The_program_finds_all_streams_open(string closed)
    {
        Assert.Equal(7, _script.Run($"project/run.sh list {closed}").Code);
        Assert.False(File.Exists(_script.At("project/closed")));
        _script.WriteTool("dotnet", Sdk);
        _script.ChangeSource();
        Assert.Equal(7, _script.Run($"project/run.sh list {closed}", ("BUILDS", _script.At("builds"))).Code);
    }

    [Fact]
    public void It_builds_what_changed_without_checks_and_only_then()
    {
        _script.WriteTool("dotnet", Sdk);
        Assert.Empty(Builds(""));
        _script.ChangeSource();
        string build = Assert.Single(Builds(""));
        Assert.Contains("experiments/Compression.Experiments.csproj", build, StringComparison.Ordinal);
        Assert.Contains("-p:Checks=false", build, StringComparison.Ordinal);
        Assert.Contains("-p:TorchDevice=cpu", build, StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(_script.At("project/experiments/Program.cs"), DateTime.UnixEpoch);
        Assert.Empty(Builds(""));
    }

    [Fact]
    public void Another_device_is_built_for_and_stays()
    {
        _script.WriteTool("dotnet", Sdk);
        Assert.Contains("-p:TorchDevice=cuda", Assert.Single(Builds("cuda")), StringComparison.Ordinal);
        Assert.Empty(Builds("cuda"));
        Assert.Empty(Builds(""));
        _script.ChangeSource();
        Assert.Contains("-p:TorchDevice=cuda", Assert.Single(Builds("")), StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(_script.At("project/experiments/Program.cs"), DateTime.UnixEpoch);
        Assert.Contains("-p:TorchDevice=cpu", Assert.Single(Builds("cpu")), StringComparison.Ordinal);
        var wrong = _script.Run("project/run.sh list", ("COMPRESSION_TORCH", "gpu"));
        Assert.Equal(2, wrong.Code);
        Assert.Contains("cpu or cuda", Assert.Single(wrong.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error NU1301: Unable to load the service index", 3, "could not be fetched")]
    [InlineData("Program.cs(1,1): error CS1002: ; expected", 1, "build failed")]
    public void A_build_that_fails_ends_in_its_cause_and_is_tried_again(string said, int code, string told)
    {
        _script.WriteTool("dotnet", Sdk + $"echo '{said}'; exit 1");
        _script.ChangeSource();
        for (int i = 0; i < 2; i++)
        {
            var outcome = _script.Run("project/run.sh list", ("BUILDS", _script.At("builds")));
            Assert.Equal(code, outcome.Code);
            Assert.Contains(said.Split(": ")[^1], outcome.Errors, StringComparison.Ordinal);
            Assert.Contains(told, outcome.ErrorLines[^1], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ulimit -n 96", 3)]
    [InlineData("ulimit -n 32", 3)]
    [InlineData("ulimit -Sn 32", 7)]
    public void A_limit_of_open_files_is_raised_or_told(string limit, int code)
    {
        var outcome = _script.Run($"{limit}; project/run.sh list");
        Assert.Equal(code, outcome.Code);
        Assert.Equal(code == 3 ? 1 : 0, outcome.ErrorLines.Length);
    }

    [Fact]
    public void A_missing_SDK_is_named_where_apt_has_none()
    {
        _script.WriteTool("apt-get", "exit 0");
        _script.WriteTool("apt-cache", "exit 1");
        _script.ChangeSource();
        var outcome = _script.Run("project/run.sh list");
        Assert.Equal(3, outcome.Code);
        Assert.Contains(".NET SDK", outcome.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_is_installed_alone_and_once()
    {
        _script.WriteTool("apt-get", """[ "$1" = update ] || { echo "$*" >> "$INSTALLS"; for last; do :; done; printf '#!/bin/sh\n' > "$TOOLS/mpiexec"; chmod +x "$TOOLS/mpiexec"; }""");
        for (int i = 0; i < 2; i++)
        {
            var outcome = _script.Run("project/run.sh prepare mpich", ("INSTALLS", _script.At("installs")), ("TOOLS", _script.At("tools")));
            Assert.Equal(0, outcome.Code);
            Assert.Equal(i == 0 ? "Installing mpich (once, by apt-get)\n" : "", outcome.Errors);
            Assert.Empty(outcome.Output);
        }

        Assert.Equal(["install --yes --no-install-recommends mpich"], File.ReadAllLines(_script.At("installs")));
    }

    [Theory]
    [InlineData("prepare mpich", 3, "could not install mpich")]
    [InlineData("prepare emacs", 2, "no such package")]
    public void What_cannot_be_installed_is_told(string words, int code, string told)
    {
        _script.WriteTool("apt-get", "[ \"$1\" = update ] || { echo 'E: no space left'; exit 100; }");
        var outcome = _script.Run($"project/run.sh {words}");
        Assert.Equal(code, outcome.Code);
        Assert.Contains(told, outcome.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_needs_a_package_has_it_installed()
    {
        using var sandbox = new Sandbox();
        var environment = sandbox.Surroundings(TextWriter.Null, TextWriter.Null);
        RunScript.WriteExecutable(Path.Combine(environment.RepositoryRoot, "run.sh"), $"echo \"$*\" > {sandbox.At("words")}");

        // A program that run.sh has not started installs nothing.
        SystemPackage.Install(SystemPackage.Network, environment);
        Assert.False(File.Exists(sandbox.At("words")));
        sandbox.Variables[CommandEnvironment.RootVariable] = environment.RepositoryRoot;
        SystemPackage.Install(SystemPackage.Network, environment);
        Assert.Equal("prepare iproute2\n", File.ReadAllText(sandbox.At("words")));
    }

    [Theory]
    [InlineData(SystemPackage.Mpich, "module load")]
    [InlineData(SystemPackage.Network, "apt-get install --no-install-recommends iproute2")]
    public void In_a_published_folder_the_package_is_named_and_its_cure(string package, string cure)
    {
        using var sandbox = new Sandbox();
        var environment = sandbox.Surroundings(TextWriter.Null, TextWriter.Null);
        RunScript.WriteExecutable(Path.Combine(environment.RepositoryRoot, "run.sh"), $"touch {sandbox.At("called")}");
        File.WriteAllText(Path.Combine(environment.RepositoryRoot, GitState.PublishedFile), "null");
        sandbox.Variables[CommandEnvironment.RootVariable] = environment.RepositoryRoot;
        var error = Assert.Throws<UserErrorException>(() => SystemPackage.Install(package, environment));
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.All([package, cure], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.False(File.Exists(sandbox.At("called")));
    }

    [Fact]
    public void Where_a_published_folder_is_not_the_users_what_is_made_of_texts_is()
    {
        using var sandbox = new Sandbox();
        var environment = sandbox.Surroundings(TextWriter.Null, TextWriter.Null);
        string own = Path.Combine(environment.RepositoryRoot, "artifacts", "corpora");
        Assert.Equal(own, environment.CorpusCache);
        File.WriteAllText(Path.Combine(environment.RepositoryRoot, GitState.PublishedFile), "null");
        Assert.Equal(own, environment.CorpusCache);
        Assert.Empty(Directory.GetFileSystemEntries(own));
        Directory.Delete(Path.GetDirectoryName(own)!, recursive: true);
        File.WriteAllText(Path.GetDirectoryName(own)!, "a file in the way of everybody");
        Assert.DoesNotContain(sandbox.Folder, environment.CorpusCache, StringComparison.Ordinal);
        Assert.EndsWith(Path.Combine("compression", "corpora"), environment.CorpusCache, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_whose_package_cannot_be_installed_ends_with_the_scripts_code_and_no_second_line()
    {
        using var sandbox = new Sandbox();
        var environment = sandbox.Surroundings(TextWriter.Null, TextWriter.Null);
        sandbox.Variables[CommandEnvironment.RootVariable] = environment.RepositoryRoot;
        RunScript.WriteExecutable(Path.Combine(environment.RepositoryRoot, "run.sh"), "exit 3");
        Assert.Equal(
            ExitCode.Environment,
            Assert.Throws<AlreadyReportedException>(() => SystemPackage.Install(SystemPackage.Network, environment)).Code);
    }

    public void Dispose() => _script.Dispose();

    // The calls of the build that one start makes.
    private string[] Builds(string device)
    {
        File.Delete(_script.At("builds"));
        Assert.Equal(7, _script.Run("project/run.sh list", ("BUILDS", _script.At("builds")), ("COMPRESSION_TORCH", device)).Code);
        return File.Exists(_script.At("builds")) ? File.ReadAllLines(_script.At("builds")) : [];
    }
}
