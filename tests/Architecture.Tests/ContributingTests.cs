namespace Compression.Architecture.Tests;

/// <summary>What CONTRIBUTING.md shows of the product is what stands there.</summary>
public sealed class ContributingTests
{
    private const string Begin = "```csharp\n";

    [Fact]
    public void The_model_that_it_adds_is_the_products()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        string section = page[page.IndexOf("\n## Adding a model\n", StringComparison.Ordinal)..];
        string shown = section[(section.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..];
        Assert.Equal(
            File.ReadAllText(Path.Combine(Repository.Root, "framework/Training/Recurrent/GruLayer.cs")),
            shown[..shown.IndexOf("```", StringComparison.Ordinal)]);
    }
}
