using System.Runtime.InteropServices;
using Compression.Torch.Loading;
using TorchSharp;

namespace Compression.Torch.Tests.Loading;

[Seeded]
public class TorchLibraryTests
{
    [Fact]
    public void One_libtorch_is_loaded_and_it_is_the_chosen_one()
    {
        var loaded = TorchLibrary.Load();
        using var sum = torch.ones(3).sum();
        Assert.Equal(3, sum.item<float>());
        string folder = new FileInfo(Path.Combine(loaded.Folder, "libtorch_cpu.so")).ResolveLinkTarget(returnFinalTarget: true)?.FullName
            ?? Path.Combine(loaded.Folder, "libtorch_cpu.so");
        string[] mapped = [.. File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1]).Where(path => path.Contains("libtorch_cpu", StringComparison.Ordinal)).Distinct()];
        Assert.Equal([folder], mapped);
    }

    [Fact]
    public void A_loaded_libtorch_says_the_version_that_is_needed() => Assert.Equal(
        LibtorchVersion.Needed, LibtorchVersion.Of(NativeLibrary.Load(Path.Combine(TorchLibrary.Load().Folder, "libtorch.so"))));

    [Fact]
    public void One_that_is_too_old_to_say_its_version_is_refused()
    {
        nint other = NativeLibrary.Load("libc.so.6");
        Assert.False(LibtorchVersion.Fits(LibtorchVersion.Of(other)));
        NativeLibrary.Free(other);
    }

    [Fact]
    public void No_output_folder_holds_a_copy_of_libtorch() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch*.so*", SearchOption.AllDirectories));

    [Theory]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory")]
    [InlineData("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /somewhere/libLibTorchSharp.so)")]
    [InlineData("/somewhere/libtorch_cpu.so: invalid ELF header")]
    public void The_cause_of_a_failed_load_is_the_line_that_names_what_is_missing(string line)
    {
        string message = $"Unable to load shared library '/somewhere/libtorch.so' or one of its dependencies. Consider LD_DEBUG:\n{line}\n";
        Assert.Equal($"libtorch cannot be loaded: {line}.", TorchLibrary.Cause(message));
    }

    [Fact]
    public void A_message_of_another_kind_is_told_by_its_first_line() =>
        Assert.Equal("libtorch cannot be loaded: bad image.", TorchLibrary.Cause("bad image\nmore"));
}
