using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;

namespace Compression.Tracking.Tests;

public sealed class ProvenanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    [Fact]
    public void The_configuration_keeps_types_and_says_what_the_user_gave()
    {
        var run = _folder.NewRun();
        ConfigFile.Write(
            run,
            [
                new("compressor", "topk(ratio=0.001)+terngrad", true), new("epochs", 40, false), new("tied", false, false),
                new("clip", 0.25, true), new("max_norm", double.PositiveInfinity, false), new("resume", null, false),
                new("seed", 1111L, false), new("seeds", new[] { 1, 2 }, false), new("tags", new List<string> { "a" }, false),
            ],
            "--compressor topk+terngrad --clip 0.25");
        var root = Read(run.PathOf(RunFiles.Config));
        Assert.Equal(["options", "from_command_line", "command_line"], root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            """{"compressor":"topk(ratio=0.001)+terngrad","epochs":40,"tied":false,"clip":0.25,"max_norm":"Infinity","resume":null"""
            + ""","seed":1111,"seeds":[1,2],"tags":["a"]}""",
            Compact(root.GetProperty("options")));
        Assert.Equal("""["compressor","clip"]""", Compact(root.GetProperty("from_command_line")));
        Assert.Equal("--compressor topk+terngrad --clip 0.25", root.GetProperty("command_line").GetString());
    }

    [Fact]
    public void A_value_that_JSON_does_not_know_is_a_defect_that_names_the_option() =>
        Assert.Contains(
            "start",
            Assert.Throws<ArgumentException>(
                () => ConfigFile.Write(_folder.NewRun(), [new("start", DateTime.UnixEpoch, false)], "")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_environment_holds_what_was_seen_and_what_was_told()
    {
        var run = _folder.NewRun();
        (RunEnvironment.Observe(new ManualTime(), _folder.FullPath) with
        {
            Threads = 2, MpiLibrary = "MPICH 4.0.2", DataSha256 = new Dictionary<string, string> { ["ptb/train.txt"] = "fcea" },
        }).Write(run);
        var root = Read(run.PathOf(RunFiles.Environment));
        Assert.Equal(
            [
                "started_at", "git", "dotnet_runtime", "packages", "os", "kernel", "architecture", "host", "cpu_model", "cores",
                "memory_bytes", "threads", "network", "mpi_library", "libtorch", "data_sha256",
            ],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("git").ValueKind);
        Assert.Equal(JsonValueKind.Null, root.GetProperty("libtorch").ValueKind);
        Assert.Equal("MPICH 4.0.2", root.GetProperty("mpi_library").GetString());
        Assert.Equal(2, root.GetProperty("threads").GetInt32());
        Assert.Equal("fcea", root.GetProperty("data_sha256").GetProperty("ptb/train.txt").GetString());
        Assert.Equal("2026-03-04T07:06:07+02:00", root.GetProperty("started_at").GetString());
        Assert.StartsWith(".NET 10", root.GetProperty("dotnet_runtime").GetString(), StringComparison.Ordinal);
        Assert.InRange(root.GetProperty("memory_bytes").GetInt64(), 1L << 27, 1L << 50);
        Assert.All(["os", "kernel", "host", "cpu_model"], key => Assert.NotEqual("", root.GetProperty(key).GetString()!.Trim()));
    }

    [Fact]
    public void Packages_are_read_from_the_dependency_list() => Assert.Equal(
        [new("A.B", "1.0.0"), new("Compression.Core", "0.3.0"), new("Z", "2.0.0-rc.1")],
        PackageVersions.Parse("""{"targets":{},"libraries":{"Z/2.0.0-rc.1":{"type":"package"}"""
            + ""","Compression.Core/0.3.0":{"type":"project"},"A.B/1.0.0":{}}}"""));

    [Fact]
    public void A_checkout_gives_its_commit_and_whether_files_differ()
    {
        Assert.Null(GitState.Of(_folder.FullPath));
        Git("init", "--quiet");
        Assert.Null(GitState.Of(_folder.FullPath));
        Git("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false", "commit", "--quiet",
            "--allow-empty", "-m", "first");
        var clean = GitState.Of(_folder.FullPath);
        Assert.NotNull(clean);
        Assert.Matches("^[0-9a-f]{40}$", clean.Commit);
        Assert.False(clean.Dirty);
        File.WriteAllText(_folder.At("NewCompressor.cs"), "");
        Assert.Equal(clean with { Dirty = true }, GitState.Of(_folder.FullPath));
    }

    [Theory]
    [InlineData("""{ "commit": "fcea", "dirty": true }""", "fcea")]
    [InlineData("null", null)]
    [InlineData("{", null)]
    public void A_published_folder_has_the_commit_that_it_was_made_from_and_not_that_of_a_checkout_around_it(string content, string? commit)
    {
        Git("init", "--quiet");
        Git("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false", "commit", "--quiet", "--allow-empty", "-m", "another's");
        File.WriteAllText(_folder.At(GitState.PublishedFile), content);
        Assert.Equal(commit is null ? null : new GitState(commit, Dirty: true), GitState.Of(_folder.FullPath));
    }

    [Fact]
    public void A_folder_that_does_not_exist_has_no_commit() => Assert.Null(GitState.Of(_folder.At("nowhere")));

    private void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", _folder.FullPath, .. arguments]))!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    private static string Compact(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
