using Compression.Core.Reporting;
using Compression.Torch.Loading;

namespace Compression.Torch.Tests.Loading;

[Seeded]
public sealed class TorchFolderTests : IDisposable
{
    private const string Libtorch = "libtorch.so";
    private const string Binding = "libLibTorchSharp.so";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compression-");

    private string Program => At("artifacts/bin/Program/release");

    private string Links => At($"artifacts/torch/{TorchFolder.Device}");

    [Fact]
    public void The_links_of_the_build_are_found_from_the_program()
    {
        Write(Links, Libtorch, Binding);
        var found = TorchFolder.Find(null, Program);
        Assert.Equal((Links, Path.Combine(Links, Binding), "package"), (found.Folder, found.Binding, found.Origin));
        Assert.Equal([Links, Path.Combine("cache", "compression")], found.PlacesForCopy("cache"));
        Assert.Equal([Links], found.PlacesForCopy(""));
    }

    [Fact]
    public void A_folder_beside_the_program_comes_first()
    {
        Write(Links, Libtorch, Binding);
        string beside = Path.Combine(Program, "torch");
        Write(beside, Libtorch, Binding);
        Assert.Equal(beside, TorchFolder.Find("", Program).Folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lib")]
    public void The_users_libtorch_comes_before_all_and_takes_the_binding_of_the_build(string inner)
    {
        Write(Links, Libtorch, Binding);
        string own = Path.Combine(At("own"), inner).TrimEnd('/');
        Write(own, Libtorch);
        var found = TorchFolder.Find(At("own"), Program);
        Assert.Equal((own, Path.Combine(Links, Binding)), (found.Folder, found.Binding));
        Assert.Equal(Links, found.PlacesForCopy("cache")[0]);
    }

    [Fact]
    public void Nothing_is_written_among_the_users_own_files()
    {
        Write(At("own"), Libtorch, Binding);
        var found = TorchFolder.Find(At("own"), Program);
        Assert.Equal(Path.Combine(At("own"), Binding), found.Binding);
        Assert.Equal([Path.Combine("cache", "compression")], found.PlacesForCopy("cache"));
    }

    [Fact]
    public void What_is_not_there_is_named_in_one_line()
    {
        Write(At("own"), Libtorch);
        foreach (string? named in (string?[])[null, At("nowhere"), At("own")])
        {
            var error = Assert.Throws<UserErrorException>(() => TorchFolder.Find(named, Program));
            Assert.Equal(ExitCode.Environment, error.Code);
            Assert.Contains(named == At("own") ? Binding : Libtorch, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string path) => Path.Combine(_folder.FullName, path);

    private static void Write(string folder, params string[] files)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in files)
        {
            File.WriteAllText(Path.Combine(folder, file), "");
        }
    }
}
