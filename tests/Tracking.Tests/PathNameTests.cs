using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class PathNameTests
{
    [Theory]
    [InlineData("a", 255)]
    [InlineData("ä", 127)]
    [InlineData("語", 85)]
    [InlineData("😀", 63)]
    public void A_name_is_measured_in_bytes(string letter, int most)
    {
        string Of(int count) => $"runs/{string.Concat(Enumerable.Repeat(letter, count))}/x";
        PathName.Require(Of(most), "--out");
        var failure = Assert.Throws<UserErrorException>(() => PathName.Require(Of(most + 1), "--out"));
        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.StartsWith("--out ", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{(most + 1) * Encoding.UTF8.GetByteCount(letter)} bytes; 255", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_of_short_names_has_an_end_too() => Assert.Contains(
        "a path of 4000 bytes", Assert.Throws<UserErrorException>(() => PathName.Require(string.Concat(Enumerable.Repeat("ab/c", 1000)), "--save_weights")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("abc", 2, "ab")]
    [InlineData("aäb", 2, "a")]
    [InlineData("😀b", 3, "")]
    [InlineData("😀b", 5, "😀b")]
    public void No_letter_is_cut_in_two(string text, int bytes, string cut) => Assert.Equal(cut, PathName.Cut(text, bytes));

    [Theory]
    [InlineData("語")]
    [InlineData("😀")]
    public void An_experiment_of_any_letters_names_a_folder(string letter)
    {
        using var folder = new TemporaryFolder();
        var directory = RunDirectory.Open(null, string.Concat(Enumerable.Repeat(letter, 300)), resuming: false, TimeProvider.System, folder.FullPath);
        Assert.StartsWith(letter, Path.GetFileName(directory.FullPath), StringComparison.Ordinal);
    }
}
