using System.Xml.Linq;

namespace Compression.Architecture.Tests;

/// <summary>The files of the repository, as the rules of this project see them.</summary>
internal static class Repository
{
    private static readonly string[] s_codeFolders = ["framework", "compressors", "exchanges", "memory", "experiments", "benchmarks", "datasets"];
    private static readonly string[] s_textEndings =
        [".cs", ".csproj", ".proto", ".props", ".targets", ".md", ".sh", ".json", ".yaml", ".yml", ".txt"];

    // What a build or a run leaves behind, and corpora.
    private static readonly string[] s_passedOver = [".git", "artifacts", "runs", "bin", "obj", "node_modules"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every project file of the solution, relative to the root; samples stand outside it.</summary>
    public static IReadOnlyList<Project> Projects { get; } =
        [.. Files(Root).Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Project.Read).Where(project => !project.Path.StartsWith("samples/", StringComparison.Ordinal)).OrderBy(project => project.Path, StringComparer.Ordinal)];

    /// <summary>Every file, relative to the root with slashes, without what a build or a run leaves behind.</summary>
    public static IEnumerable<string> AllFiles => Files(Root).Select(SourceFile.Relative);

    /// <summary>Sources of the product, tests not included.</summary>
    public static IEnumerable<SourceFile> ProductCode => s_codeFolders
        .Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists).SelectMany(Files)
        .Where(file => Path.GetExtension(file) == ".cs")
        .Select(SourceFile.Read);

    /// <summary>Every text file that people write.</summary>
    public static IEnumerable<SourceFile> Texts => Files(Root)
        .Where(file => s_textEndings.Contains(Path.GetExtension(file)) || Path.GetFileName(file) == "run")
        .Where(file => !IsCorpus(file))
        .Select(SourceFile.Read);

    private static bool IsCorpus(string file) =>
        Path.GetRelativePath(Root, file).StartsWith("datasets", StringComparison.Ordinal) && file.EndsWith(".txt", StringComparison.Ordinal);

    private static IEnumerable<string> Files(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            yield return file;
        }

        foreach (string below in Directory.EnumerateDirectories(folder).Where(path => !s_passedOver.Contains(Path.GetFileName(path))))
        {
            foreach (string file in Files(below))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Compression.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("These tests run inside the repository.");
    }
}

/// <summary>A project file.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Name">Without <c>Compression.</c> and without the ending.</param>
/// <param name="References">Names of the projects that it refers to.</param>
/// <param name="AllowsUnsafe">Whether it switches unsafe code on.</param>
internal sealed record Project(string Path, string Name, IReadOnlyList<string> References, bool AllowsUnsafe)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public static Project Read(string file)
    {
        var document = XDocument.Load(file);
        return new Project(
            SourceFile.Relative(file),
            NameOf(file),
            [.. document.Descendants("ProjectReference").Select(reference => NameOf((string)reference.Attribute("Include")!))],
            document.Descendants("AllowUnsafeBlocks").Any(element => element.Value.Trim() == "true"));
    }

    private static string NameOf(string file)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(file.Replace('\\', '/'));
        return name.StartsWith("Compression.", StringComparison.Ordinal) ? name["Compression.".Length..] : name;
    }
}

/// <summary>A file by lines.</summary>
/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>The lines without comments.</summary>
    public IEnumerable<string> Code => Lines.Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)).Select(line => line.Split(" // ")[0]);

    public static SourceFile Read(string file) => new(Relative(file), File.ReadAllLines(file));

    public static string Relative(string file) => System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
}
