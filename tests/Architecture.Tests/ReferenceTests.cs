namespace Compression.Architecture.Tests;

/// <summary>References between projects run one way.</summary>
public sealed class ReferenceTests
{
    /// <summary>Every edge that a product project may have. A new project needs a line here, and a reason in docs/decisions.md.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Core"] = [],
        ["Torch"] = ["Core"],
        ["Mpi"] = ["Core"],
        ["Compressors"] = ["Core"],
        ["Exchanges"] = ["Core"],
        ["Memory"] = ["Core"],
        ["Tracking"] = ["Core"],
        ["Training"] = ["Core", "Torch"],
        ["Benchmarks"] = ["Core", "Torch", "Training"],
        ["Experiments"] = ["Benchmarks", "Core", "Compressors", "Exchanges", "Memory", "Mpi", "Tracking", "Training"],
    };

    /// <summary>Parts of tests that several test projects share, and programs that tests start.</summary>
    private static readonly string[] s_sharedByTests = ["Communication.Contract", "Mpi.Ranks"];

    public static TheoryData<string> ProductProjects => [.. Repository.Projects.Where(project => !project.IsTest).Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(ProductProjects))]
    public void A_product_project_refers_only_to_what_its_line_allows(string name)
    {
        Assert.True(s_allowed.TryGetValue(name, out string[]? allowed), $"{name} has no line in the table of allowed references.");
        var project = Repository.Projects.Single(candidate => !candidate.IsTest && candidate.Name == name);
        Assert.Empty(project.References.Except(allowed!));
    }

    [Fact]
    public void The_table_of_allowed_references_has_no_cycle()
    {
        var left = s_allowed.ToDictionary(pair => pair.Key, pair => pair.Value.ToHashSet());
        while (left.FirstOrDefault(pair => pair.Value.Count == 0).Key is { } leaf)
        {
            left.Remove(leaf);
            foreach (var targets in left.Values)
            {
                targets.Remove(leaf);
            }
        }

        Assert.Empty(left);
    }

    [Fact]
    public void Only_training_and_benchmarks_see_libtorch()
    {
        var users = Repository.Projects.Where(project => !project.IsTest && project.References.Contains("Torch")).Select(project => project.Name);
        Assert.Equal(["Benchmarks", "Training"], users.Order());
        string[] places = ["framework/Torch/", "framework/Training/", "benchmarks/"];
        string[] sources = [.. Repository.ProductCode
            .Where(file => !places.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal)))
            .Where(file => file.Code.Any(line => line.Contains("TorchSharp;", StringComparison.Ordinal) || line.Contains("Compression.Torch", StringComparison.Ordinal)))
            .Select(file => file.Path)];
        Assert.Empty(sources);
    }

    [Fact]
    public void No_product_project_refers_to_tests()
    {
        var tests = Repository.Projects.Where(project => project.IsTest).Select(project => project.Name).ToHashSet();
        Assert.Empty(Repository.Projects.Where(project => !project.IsTest && project.References.Any(tests.Contains)).Select(project => project.Name));
    }

    [Fact]
    public void Every_project_has_a_test_project_of_its_name()
    {
        var names = Repository.Projects.Select(project => project.Name).ToHashSet();
        Assert.Empty(Repository.Projects.Where(project => !project.IsTest && !names.Contains(project.Name + ".Tests")).Select(project => project.Name));
    }

    [Fact]
    public void Every_test_project_tests_a_project_or_is_known()
    {
        var product = Repository.Projects.Where(project => !project.IsTest).Select(project => project.Name + ".Tests").Append("Architecture.Tests").ToHashSet();
        Assert.Empty(Repository.Projects.Where(project => project.IsTest && !product.Contains(project.Name) && !s_sharedByTests.Contains(project.Name)).Select(project => project.Name));
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "Compression.sln")).Replace('\\', '/');
        Assert.NotEmpty(Repository.Projects);
        Assert.Empty(Repository.Projects.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal)).Select(project => project.Path));
    }
}
