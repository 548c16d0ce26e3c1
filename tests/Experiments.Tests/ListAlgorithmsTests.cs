using System.Text.Json;
using Compression.Core.Catalog;
using Compression.Experiments.Algorithms;

namespace Compression.Experiments.Tests;

/// <summary>What the lists say of the algorithms, and what docs/algorithms.md says.</summary>
public sealed class ListAlgorithmsTests
{
    private const string Heading = "## What differs from the papers";

    [Fact]
    public void What_differs_from_a_paper_is_in_the_lists_and_in_one_place_of_the_documents()
    {
        string[] expected = [.. Components.Catalog().Entries.Where(entry => entry.Declared.DiffersFromPaper.Length > 0).Select(entry =>
            $"| `{entry.Name}` | {OptionText.Format(entry.Role)} | {entry.Declared.DiffersFromPaper} |")];
        Assert.NotEmpty(expected);
        string document = File.ReadAllText(Path.Combine(RunScript.RepositoryRoot(), "docs", "algorithms.md"));
        string section = document[document.IndexOf(Heading, StringComparison.Ordinal)..].Split("\n## ")[0];
        Assert.Equal(expected, section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)));

        using var sandbox = new Sandbox();
        foreach (string verb in (string[])["list compressors", "list memories", "list exchanges"])
        {
            string text = sandbox.Run(verb).Output;
            using var json = JsonDocument.Parse(sandbox.Run($"{verb} --json").Output);
            foreach (var algorithm in json.RootElement.GetProperty("algorithms").EnumerateArray())
            {
                var entry = Components.Catalog().Entries.Single(candidate =>
                    candidate.Name == algorithm.GetProperty("name").GetString() && OptionText.Format(candidate.Role) == algorithm.GetProperty("role").GetString());
                Assert.Equal(entry.Declared.DiffersFromPaper, algorithm.GetProperty("differs_from_paper").GetString() ?? "");
                Assert.Contains(entry.Declared.DiffersFromPaper, text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("terngrad", false, false)]
    [InlineData("qsgd", true, false)]
    [InlineData("sign", false, true)]
    public void The_list_says_who_is_unbiased_and_who_wants_a_memory(string name, bool isUnbiased, bool wantsMemory)
    {
        using var sandbox = new Sandbox();
        using var json = JsonDocument.Parse(sandbox.Run("list compressors --json").Output);
        var algorithm = json.RootElement.GetProperty("algorithms").EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);
        Assert.Equal((isUnbiased, wantsMemory), (algorithm.GetProperty("unbiased").GetBoolean(), algorithm.GetProperty("wants_memory").GetBoolean()));
    }
}
