namespace Compression.Experiments.Tests.Publishing;

/// <summary>What ./run.sh publish does around the build: where it may write, what it leaves, what it replaces. The SDK is a stand-in.</summary>
[Collection(Processes.Name)]
public sealed class PublishScriptTests : IDisposable
{
    // Makes what the build makes: a program, the list of its packages, and links to libraries.
    private const string Sdk = """
        [ "$1" = --list-sdks ] && echo '10.0.100 [/sdk]' && exit
        for word; do
            case $word in -p:ArtifactsPath=*) products=${word#*=} ;; -p:TorchDevice=*) device=${word#*=} ;; esac
            [ "$last" = -o ] && out=$word
            last=$word
        done
        mkdir -p "$out" "$products/bin/Compression.Experiments/release_linux-x64" "$products/torch/$device"
        printf '#!/bin/sh\nprintf "%%s " "$COMPRESSION_ROOT" "$@"\n' > "$out/Compression.Experiments"
        chmod u+x "$out/Compression.Experiments"
        echo '{}' > "$products/bin/Compression.Experiments/release_linux-x64/Compression.Experiments.deps.json"
        for library in libLibTorchSharp.so libtorch.so libtorch_cpu.so libc10.so libgomp-1.so.1 libtorch_python.so; do
            head -c "${SIZE:-10}" /dev/zero > "$products/$library"
            ln -sf "$products/$library" "$products/torch/$device/$library"
        done
        eval "${THEN:-}"
        """;

    private readonly RunScript _script = new();

    public PublishScriptTests()
    {
        _script.WriteTool("dotnet", Sdk);
        File.Copy(Path.Combine(RunScript.RepositoryRoot(), "experiments", "publish.sh"), _script.At("project/experiments/publish.sh"));
        Sandbox.Copy(Path.Combine(RunScript.RepositoryRoot(), "experiments", "grids"), _script.At("project/experiments/grids"));
        File.WriteAllText(_script.At("project/Directory.Packages.props"), "<LibTorchVersion>2.3.4</LibTorchVersion>");
    }

    [Fact]
    public void The_folder_has_the_program_a_start_script_the_grids_and_no_links()
    {
        var outcome = _script.Run("project/run.sh publish --out made/here");
        Assert.Equal((0, "made/here: 0 MB, libtorch 2.3.4 is needed where it runs\n"), (outcome.Code, outcome.Output));
        Assert.Equal(["experiments", "program", "published.json", "run.sh"], Names("made/here"));
        Assert.Equal(["Compression.Experiments", "Compression.Experiments.deps.json", "torch"], Names("made/here/program"));
        Assert.Equal(["libLibTorchSharp.so"], Names("made/here/program/torch"));
        Assert.Equal("null\n", File.ReadAllText(_script.At("made/here/published.json")));
        Assert.Equal($"{_script.At("made/here")} list two words  ", _script.Run("made/here/run.sh list 'two words' ''").Output);
    }

    [Fact]
    public void Libtorch_comes_along_as_files_without_what_no_program_here_loads()
    {
        Assert.Equal("made: 0 MB, with libtorch\n", _script.Run("project/run.sh publish --with-libtorch --out=made").Output);
        Assert.Equal(["libLibTorchSharp.so", "libc10.so", "libgomp-1.so.1", "libtorch.so", "libtorch_cpu.so"], Names("made/program/torch"));
        Assert.All(Directory.GetFiles(_script.At("made/program/torch")), file => Assert.Null(new FileInfo(file).LinkTarget));
    }

    [Fact]
    public void Publishing_again_replaces_the_program_and_keeps_what_is_the_users()
    {
        _script.Run("project/run.sh publish --with-libtorch --out made");
        foreach (string file in (string[])["datasets/ptb/ptb.train.txt", "runs/one/summary.json", "grid.yaml"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_script.At($"made/{file}"))!);
            File.WriteAllText(_script.At($"made/{file}"), "mine");
        }

        File.WriteAllText(_script.At("made/program/old.so"), "");
        Assert.Equal(0, _script.Run("project/run.sh publish --out made").Code);
        Assert.Equal(["datasets", "experiments", "grid.yaml", "program", "published.json", "run.sh", "runs"], Names("made"));
        Assert.Equal(["libLibTorchSharp.so"], Names("made/program/torch"));
        Assert.False(File.Exists(_script.At("made/program/old.so")));
    }

    [Theory]
    [InlineData("", "--out DIR")]
    [InlineData("--out", "name a folder")]
    [InlineData("--out=", "name the folder")]
    [InlineData("--to x", "--to")]
    [InlineData("--out x --with-torch", "--with-torch")]
    [InlineData("--out project/run.sh", "not a folder")]
    [InlineData("--out project", "other files")]
    [InlineData("--out project/run.sh/x", "Not a directory")]
    public void A_folder_that_cannot_be_meant_is_refused_before_anything_is_built(string words, string told)
    {
        var outcome = _script.Run($"project/run.sh publish {words}");
        Assert.Equal(2, outcome.Code);
        Assert.Contains(told, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(["project", "tools"], Names("."));
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("exit 1", 1)]
    [InlineData("kill -INT $PPID", 130)]
    [InlineData("kill -TERM $PPID", 143)]
    public void What_ends_early_leaves_nothing(string then, int code)
    {
        Assert.Equal(code, _script.Run("project/run.sh publish --out made", ("THEN", then)).Code);
        Assert.False(Directory.Exists(_script.At("made")));
        _script.Run("project/run.sh publish --out made");
        Assert.Equal(code, _script.Run("project/run.sh publish --out made", ("THEN", then)).Code);
        Assert.Equal(["experiments", "program", "published.json", "run.sh"], Names("made"));
    }

    [Fact]
    public void What_is_killed_does_not_look_finished_and_can_be_made_again()
    {
        Assert.Equal(137, _script.Run("project/run.sh publish --out made", ("THEN", "kill -9 $PPID")).Code);
        Assert.Equal([".unfinished"], Names("made"));
        Assert.Equal(0, _script.Run("project/run.sh publish --out made").Code);
        Assert.Equal(["experiments", "program", "published.json", "run.sh"], Names("made"));
    }

    [NeedsSmallDiskTheory]
    [InlineData("disk/made")]
    [InlineData("disk")]
    public void A_full_disk_is_told_in_one_line(string folder)
    {
        string disk = Directory.CreateDirectory(_script.At("disk")).FullName;
        Assert.True(SmallDisk.Mount(disk));
        try
        {
            var outcome = _script.Run($"project/run.sh publish --out {folder}", ("SIZE", "1000000"));
            Assert.Equal(1, outcome.Code);
            Assert.Contains("No space left on device", outcome.ErrorLines[^1], StringComparison.Ordinal);
            Assert.Equal(2, outcome.ErrorLines.Length);
            Assert.Empty(Names("disk"));
        }
        finally
        {
            SmallDisk.Unmount(disk);
        }
    }

    public void Dispose() => _script.Dispose();

    private string[] Names(string folder) =>
        [.. Directory.GetFileSystemEntries(_script.At(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
