using Compression.Torch.Loading;

namespace Compression.Torch.Tests.Loading;

[Seeded]
public class ElfVersionsTests
{
    private static readonly ElfSample s_sample = new ElfSample()
        .Need(("libstdc++.so.6", ["GLIBCXX_3.4", "GLIBCXX_3.4.32"]), ("libc.so.6", ["GLIBC_2.34"]))
        .Provide("libsample.so", "SAMPLE_1", "SAMPLE_2")
        .Symbols(("", 0), ("first", 3), ("hidden", 0x8003), ("second", 4));

    [Fact]
    public void Needs_are_read_in_the_order_of_the_file()
    {
        var needs = ElfVersions.Needs(new ElfFile("sample", s_sample.Build()));
        Assert.Equal(
            [("libstdc++.so.6", "GLIBCXX_3.4", 2), ("libstdc++.so.6", "GLIBCXX_3.4.32", 3), ("libc.so.6", "GLIBC_2.34", 4)],
            needs.Select(need => (need.Library, need.Version, (int)need.Index)));
        Assert.All(needs, need => Assert.False(need.IsWeak));
    }

    [Fact]
    public void What_is_provided_is_each_definitions_first_name() =>
        Assert.Equal(["SAMPLE_1", "SAMPLE_2", "libsample.so"], ElfVersions.Provided(new ElfFile("sample", s_sample.Build())).Order(StringComparer.Ordinal));

    [Fact]
    public void Symbols_belong_to_a_version_also_where_they_are_hidden() =>
        Assert.Equal(["first", "hidden"], ElfVersions.SymbolsOf(new ElfFile("sample", s_sample.Build()), 3));

    [Fact]
    public void A_file_without_versions_needs_and_provides_nothing()
    {
        var file = new ElfFile("sample", new ElfSample().Build());
        Assert.Empty(ElfVersions.Needs(file));
        Assert.Empty(ElfVersions.Provided(file));
        Assert.Empty(ElfVersions.SymbolsOf(file, 2));
    }

    [Fact]
    public void Weakening_sets_one_bit_and_is_read_back()
    {
        byte[] before = s_sample.Build();
        var file = new ElfFile("sample", before);
        byte[] after = BindingCopy.Weakened(file, [ElfVersions.Needs(file)[1]]);
        int changed = Enumerable.Range(0, before.Length).Single(i => before[i] != after[i]);
        Assert.Equal(2, before[changed] ^ after[changed]);
        Assert.Equal([false, true, false], ElfVersions.Needs(new ElfFile("sample", after)).Select(need => need.IsWeak));
    }

    [Fact]
    public void The_C_library_of_this_system_provides_what_its_loader_looks_up()
    {
        string path = SystemLibrary.PathOf("libc.so.6")!;
        Assert.True(File.Exists(path), path);
        var file = ElfFile.Read(path);
        Assert.Contains("GLIBC_2.34", ElfVersions.Provided(file));
        Assert.NotEmpty(ElfVersions.Needs(file));
        Assert.Null(SystemLibrary.PathOf("libnowhere.so.7"));
    }

    [Fact]
    public void A_file_that_ends_early_is_damaged()
    {
        byte[] whole = s_sample.Build();
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<ElfFormatException>(() => ReadAll(whole[..length]));
        }
    }

    [Fact]
    public void Damaged_bytes_are_told_or_change_what_is_read_and_nothing_else()
    {
        byte[] whole = s_sample.Build();
        int told = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte value in (byte[])[0, 1, 0x7f, 0xff])
            {
                byte[] damaged = [.. whole];
                damaged[i] = value;
                try
                {
                    ReadAll(damaged);
                }
                catch (ElfFormatException)
                {
                    told++;
                }
            }
        }

        Assert.InRange(told, 50, 4 * whole.Length);
    }

    private static void ReadAll(byte[] bytes)
    {
        var file = new ElfFile("sample", bytes);
        _ = ElfVersions.Provided(file);
        foreach (var need in ElfVersions.Needs(file))
        {
            _ = ElfVersions.SymbolsOf(file, need.Index);
        }
    }
}
