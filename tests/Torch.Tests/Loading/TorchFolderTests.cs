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
        var found = TorchFolder.Find(null, Program, []);
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
        Assert.Equal(beside, TorchFolder.Find("", Program, []).Folder);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lib")]
    public void The_users_libtorch_comes_before_all_and_takes_the_binding_of_the_build(string inner)
    {
        Write(Links, Libtorch, Binding);
        string own = Path.Combine(At("own"), inner).TrimEnd('/');
        Write(own, Libtorch);
        var found = TorchFolder.Find(At("own"), Program, []);
        Assert.Equal((own, Path.Combine(Links, Binding)), (found.Folder, found.Binding));
        Assert.Equal(Links, found.PlacesForCopy("cache")[0]);
    }

    [Fact]
    public void Nothing_is_written_among_the_users_own_files()
    {
        Write(At("own"), Libtorch, Binding);
        var found = TorchFolder.Find(At("own"), Program, []);
        Assert.Equal(Path.Combine(At("own"), Binding), found.Binding);
        Assert.Equal([Path.Combine("cache", "compression")], found.PlacesForCopy("cache"));
    }

    [Fact]
    public void What_is_not_there_is_named_in_one_line()
    {
        Write(At("own"), Libtorch);
        foreach (string? named in (string?[])[null, At("nowhere"), At("own")])
        {
            var error = Assert.Throws<UserErrorException>(() => TorchFolder.Find(named, Program, []));
            Assert.Equal(ExitCode.Environment, error.Code);
            Assert.Contains(named == At("own") ? Binding : Libtorch, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData("torch/lib", "torch/version.py", "from typing import Optional\n\n__all__ = ['__version__', 'cuda']\n__version__ = '{0}'\ncuda: Optional[str] = '12.8'\n")]
    [InlineData("torch/lib", "torch/version.py", "__version__: str = \"{0}\"\n")]
    [InlineData("libtorch/lib", "libtorch/build-version", "{0}\n")]
    [InlineData("libtorch", "libtorch/build-version", "{0}")]
    public void Another_version_is_named_beside_the_needed_one(string folder, string file, string content)
    {
        Write(Links, Libtorch, Binding);
        Write(At(folder), Libtorch);
        File.WriteAllText(At(file), string.Format(System.Globalization.CultureInfo.InvariantCulture, content, "1.13.1+cu117"));
        var error = Assert.Throws<UserErrorException>(() => TorchFolder.Find(At(folder), Program, []));
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.Contains($"{LibtorchVersion.Needed} is needed, and {At(folder)} has 1.13.1+cu117", error.Message, StringComparison.Ordinal);
        Assert.Contains("unset", error.Message, StringComparison.Ordinal);

        File.WriteAllText(At(file), string.Format(System.Globalization.CultureInfo.InvariantCulture, content, $"{LibtorchVersion.Needed}+cu128"));
        Assert.Equal(At(folder), TorchFolder.Find(At(folder), Program, []).Folder);
    }

    [Theory]
    [InlineData("2.10.0", "2.10.0", true)]
    [InlineData("2.10.0", "2.10.0+cpu", true)]
    [InlineData("2.10.0", "2.10.0a0+gitfcea", true)]
    [InlineData("2.10.0", "2.10.01", false)]
    [InlineData("2.10.0", "2.1.0", false)]
    [InlineData("2.10.0", "12.10.0", false)]
    [InlineData("2.10.0", "older than 2.9", false)]
    public void Numbers_alone_decide(string needed, string version, bool fits) =>
        Assert.Equal(fits, LibtorchVersion.Fits(version.Replace(needed, LibtorchVersion.Needed, StringComparison.Ordinal)));

    [Fact]
    public void A_folder_without_libtorch_takes_that_of_the_first_PyTorch_that_fits()
    {
        string beside = Path.Combine(Program, "torch");
        Write(beside, Binding);
        string[] pyTorches = [At("no/torch/lib"), PyTorch("old", "2.1.0"), PyTorch("right", LibtorchVersion.Needed + "+cpu"), PyTorch("later", LibtorchVersion.Needed)];
        var found = TorchFolder.Find(null, Program, pyTorches);
        Assert.Equal((pyTorches[2], Path.Combine(beside, Binding), "PyTorch"), (found.Folder, found.Binding, found.Origin));
        Assert.Equal([beside], found.PlacesForCopy(""));

        string others = Assert.Throws<UserErrorException>(() => TorchFolder.Find(null, Program, pyTorches[..2])).Message;
        Assert.Contains($"{pyTorches[1]} has 2.1.0; pip install torch=={LibtorchVersion.Needed}", others, StringComparison.Ordinal);
        string none = Assert.Throws<UserErrorException>(() => TorchFolder.Find(null, Program, [])).Message;
        Assert.All([beside, TorchFolder.Variable, "PyTorch"], place => Assert.Contains(place, none, StringComparison.Ordinal));
    }

    [Fact]
    public void Python_is_not_asked_where_there_is_a_libtorch()
    {
        Write(Links, Libtorch, Binding);
        Assert.Equal(Links, TorchFolder.Find(null, Program, Unasked()).Folder);
        Assert.Equal(Links, TorchFolder.Find(Links, Program, Unasked()).Folder);

        static IEnumerable<string> Unasked()
        {
            Assert.Fail("It was asked.");
            yield break;
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string path) => Path.Combine(_folder.FullName, path);

    private string PyTorch(string name, string version)
    {
        string folder = At($"{name}/torch/lib");
        Write(folder, Libtorch);
        File.WriteAllText(At($"{name}/torch/version.py"), $"__version__ = '{version}'\n");
        return folder;
    }

    private static void Write(string folder, params string[] files)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in files)
        {
            File.WriteAllText(Path.Combine(folder, file), "");
        }
    }
}
