using System.Reflection;
using System.Text.Json;

namespace Compression.Tracking.Provenance;

/// <summary>The packages and projects that the program was built with, as its .deps.json lists them.</summary>
internal static class PackageVersions
{
    /// <summary>Of the running program; empty where it came without such a file.</summary>
    public static IReadOnlyDictionary<string, string> OfThisProgram()
    {
        var listed = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        // The shared framework's own list comes in the same value; its version is reported as the runtime's.
        // A program in a single file hides its list: it has a copy beside it.
        string beside = Path.Combine(AppContext.BaseDirectory, $"{Assembly.GetEntryAssembly()?.GetName().Name}.deps.json");
        var own = listed.Append(beside).FirstOrDefault(path => path.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal) && File.Exists(path));
        return own is null ? new SortedDictionary<string, string>() : Parse(File.ReadAllText(own));
    }

    /// <summary>Name to version, sorted by name.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string depsJson)
    {
        var versions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(depsJson);
        foreach (var library in document.RootElement.GetProperty("libraries").EnumerateObject())
        {
            if (library.Name.Split('/') is [var name, var version])
            {
                versions[name] = version;
            }
        }

        return versions;
    }
}
