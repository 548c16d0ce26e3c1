using Compression.Core.Reporting;
using Compression.Torch.Loading;

namespace Compression.Torch.Tests.Loading;

[Seeded]
public sealed class BindingCopyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compression-");

    [Fact]
    public void A_system_that_has_all_versions_loads_the_file_itself()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3), ("used", 2));
        Assert.Equal(binding, For(binding, "GLIBCXX_3.4", "GLIBCXX_3.4.32"));
        Assert.Equal([binding], Directory.GetFiles(_folder.FullName, "*LibTorchSharp*"));
    }

    [Fact]
    public void A_version_that_only_the_symbol_needs_which_is_never_called_is_weak_in_a_copy()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3), ("used", 2));
        string copy = For(binding, "GLIBCXX_3.4");
        Assert.NotEqual(binding, copy);
        Assert.Equal([false, true], ElfVersions.Needs(ElfFile.Read(copy)).Select(need => need.IsWeak));
        Assert.Equal([false, false], ElfVersions.Needs(ElfFile.Read(binding)).Select(need => need.IsWeak));

        // What a weak need lacks is passed over: the copy needs no other.
        Assert.Equal(copy, For(copy, "GLIBCXX_3.4"));
    }

    [Fact]
    public void A_version_that_another_symbol_needs_is_named()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3), ("used", 3));
        var error = Assert.Throws<UserErrorException>(() => For(binding, "GLIBCXX_3.4"));
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.Contains("GLIBCXX_3.4.32 of libstdc++.so.6", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_copy_is_made_once_and_damage_to_it_is_repaired()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3));
        string copy = For(binding);
        byte[] content = File.ReadAllBytes(copy);
        File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);
        Assert.Equal(copy, For(binding));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(copy));

        File.WriteAllBytes(copy, content[..^8]);
        Assert.Equal(copy, For(binding));
        Assert.Equal(content, File.ReadAllBytes(copy));
    }

    [Fact]
    public void Copies_of_different_files_lie_side_by_side()
    {
        string first = For(Binding((BindingCopy.NeverCalled, 3)));
        string second = For(Binding((BindingCopy.NeverCalled, 3), ("another", 2)), "GLIBCXX_3.4");
        Assert.NotEqual(first, second);
        Assert.True(File.Exists(first));
    }

    [Fact]
    public void Ranks_that_start_at_once_share_one_whole_copy()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3));
        string system = System();
        string[] copies = new string[16];
        Parallel.For(0, copies.Length, new ParallelOptions { MaxDegreeOfParallelism = copies.Length }, i => copies[i] = BindingCopy.For(binding, _ => system, [_folder.FullName]));
        string copy = Assert.Single(copies.Distinct());
        Assert.Equal(BindingCopy.Weakened(ElfFile.Read(binding), ElfVersions.Needs(ElfFile.Read(binding))), File.ReadAllBytes(copy));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName, "*LibTorchSharp*").Length);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_gives_way_to_the_next()
    {
        string binding = Binding((BindingCopy.NeverCalled, 3));
        string file = At("file");
        File.WriteAllText(file, "");
        string copy = BindingCopy.For(binding, _ => System(), [Path.Combine(file, "cache"), At("cache")]);
        Assert.Equal(At("cache"), Path.GetDirectoryName(copy));
        Assert.Throws<UserErrorException>(() => BindingCopy.For(binding, _ => System(), [Path.Combine(file, "cache")]));
    }

    [Fact]
    public void A_damaged_file_ends_in_one_line_that_names_it()
    {
        string binding = At("libLibTorchSharp.so");
        File.WriteAllBytes(binding, [1, 2, 3]);
        var error = Assert.Throws<UserErrorException>(() => For(binding));
        Assert.Equal(ExitCode.Environment, error.Code);
        Assert.Contains(binding, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TorchSharps_library_needs_the_newest_version_for_the_symbol_that_is_never_called_alone()
    {
        var loaded = TorchLibrary.Load();
        var file = ElfFile.Read(loaded.Binding);
        var newest = ElfVersions.Needs(file).Single(need => need.Version == "GLIBCXX_3.4.32");
        Assert.Equal([BindingCopy.NeverCalled], ElfVersions.SymbolsOf(file, newest.Index));
        bool isOld = !ElfVersions.Provided(ElfFile.Read(SystemLibrary.PathOf("libstdc++.so.6")!)).Contains(newest.Version);
        Assert.Equal(isOld, loaded.IsCopy);
        Assert.Equal(isOld, newest.IsWeak);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string Binding(params (string Name, int Version)[] symbols)
    {
        string path = At("libLibTorchSharp.so");
        File.WriteAllBytes(path, new ElfSample().Need(("libstdc++.so.6", ["GLIBCXX_3.4", "GLIBCXX_3.4.32"])).Symbols(symbols).Build());
        return path;
    }

    private string For(string binding, params string[] provided) => BindingCopy.For(binding, _ => System(provided), [_folder.FullName]);

    private string System(params string[] provided)
    {
        string path = At($"libstdc++-{string.Join('-', provided)}");
        File.WriteAllBytes(path, new ElfSample().Provide(["libstdc++.so.6", .. provided]).Build());
        return path;
    }
}
