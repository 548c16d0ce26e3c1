using System.Globalization;
using System.Text.RegularExpressions;

namespace Compression.Architecture.Tests;

/// <summary>What the README shows of the code is what stands there.</summary>
public sealed partial class ReadmeTests
{
    private const int LongestSnippet = 10;
    private const int LongestTour = 6;

    private static readonly string s_readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void The_snippet_is_part_of_the_sample_and_short()
    {
        string snippet = Snippet().Match(s_readme).Groups[1].Value;
        Assert.InRange(snippet.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, LongestSnippet);
        Assert.Contains(snippet, File.ReadAllText(Path.Combine(Repository.Root, "samples/OwnGradient/Program.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_to_lines_lead_to_what_they_name()
    {
        var links = LineLink().Matches(s_readme);
        Assert.InRange(links.Select(link => link.Groups["file"].Value).Distinct().Count(), 1, LongestTour);
        Assert.All(links, link =>
        {
            string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, link.Groups["file"].Value));
            int line = int.Parse(link.Groups["line"].Value, CultureInfo.InvariantCulture);
            int found = Array.FindIndex(lines, text => text.Contains(link.Groups["name"].Value, StringComparison.Ordinal)) + 1;
            Assert.True(
                line <= lines.Length && lines[line - 1].Contains(link.Groups["name"].Value, StringComparison.Ordinal),
                $"{link.Value}: line {line} has no {link.Groups["name"].Value}; it stands first in line {found}");
        });
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"\[`(?<name>[^`]+)`\]\((?<file>[^)#]+)#L(?<line>\d+)\)")]
    private static partial Regex LineLink();
}
