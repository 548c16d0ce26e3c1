using System.Reflection;
using System.Security.Cryptography;

namespace Compression.Tracking.Provenance;

/// <summary>Which program this is, for comparison with that of another host.</summary>
public static class ProgramBuild
{
    /// <summary>Version, with the commit where the build knew it.</summary>
    public static string Version => typeof(ProgramBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>
    /// SHA-256, shortened, over the module ids of the program's own assemblies. Builds are deterministic: the same sources and the same compiler give the same ids,
    /// in whatever folder, and a changed source gives another.
    /// </summary>
    public static string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var assembly in Closure(Assembly.GetEntryAssembly() ?? typeof(ProgramBuild).Assembly).OrderBy(assembly => assembly.FullName, StringComparer.Ordinal))
        {
            hash.AppendData(assembly.ManifestModule.ModuleVersionId.ToByteArray());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // The assemblies of this project that the program refers to, itself included.
    private static Dictionary<string, Assembly>.ValueCollection Closure(Assembly program)
    {
        var found = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        var open = new Stack<Assembly>([program]);
        while (open.TryPop(out var assembly))
        {
            if (found.TryAdd(assembly.FullName!, assembly))
            {
                foreach (var name in assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Compression.", StringComparison.Ordinal)))
                {
                    open.Push(Assembly.Load(name));
                }
            }
        }

        return found.Values;
    }
}
