using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Compression.Architecture.Tests;

/// <summary>Inside a project, namespaces use each other one way.</summary>
public sealed class NamespaceTests
{
    private static readonly string[] s_product =
        [.. Repository.Projects.Where(project => !project.IsTest).Select(project => $"Compression.{project.Name}")];

    private static readonly ArchUnitNET.Domain.Architecture s_architecture = new ArchLoader()
        .LoadAssemblies([.. s_product.Select(System.Reflection.Assembly.Load)]).Build();

    [Fact]
    public void Namespaces_have_no_circles()
    {
        var edges = Edges();
        Assert.NotEmpty(edges);
        Assert.True(!Circles(edges).Any(), string.Join("\n", Circles(edges)));
    }

    // Every namespace, with those that its types mention and, for each, one type that does.
    private static Dictionary<string, Dictionary<string, string>> Edges()
    {
        var edges = new Dictionary<string, Dictionary<string, string>>();
        foreach (var type in s_architecture.Types.Where(IsProduct))
        {
            string from = type.Namespace.FullName;
            foreach (var dependency in type.Dependencies.Where(dependency => IsProduct(dependency.Target) && dependency.Target.Assembly == type.Assembly))
            {
                string to = dependency.Target.Namespace.FullName;
                if (to != from)
                {
                    if (!edges.TryGetValue(from, out var targets))
                    {
                        edges[from] = targets = [];
                    }

                    targets.TryAdd(to, $"{type.Name} -> {dependency.Target.Name}");
                }
            }
        }

        return edges;
    }

    private static bool IsProduct(IType type) => type is not GenericParameter && type.Namespace is { } name && name.FullName.StartsWith("Compression.", StringComparison.Ordinal);

    // An edge is part of a circle if its target leads back to its source.
    private static IEnumerable<string> Circles(Dictionary<string, Dictionary<string, string>> edges) =>
        from source in edges
        from target in source.Value
        where Reaches(edges, target.Key, source.Key)
        select $"{source.Key} -> {target.Key} ({target.Value})";

    private static bool Reaches(Dictionary<string, Dictionary<string, string>> edges, string from, string to)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? name))
        {
            if (name == to)
            {
                return true;
            }

            if (seen.Add(name) && edges.TryGetValue(name, out var targets))
            {
                foreach (string target in targets.Keys)
                {
                    open.Push(target);
                }
            }
        }

        return false;
    }
}
