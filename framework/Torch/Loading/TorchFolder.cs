using System.Reflection;
using Compression.Core.Reporting;

namespace Compression.Torch.Loading;

/// <summary>
/// The files that are to be loaded: libtorch's, all in one folder, and TorchSharp's library, in the same folder or, where the user
/// names a libtorch of their own, in the one that the build has made.
/// </summary>
/// <param name="Folder">Holds libtorch.so and what it refers to.</param>
/// <param name="Binding">libLibTorchSharp.so.</param>
/// <param name="Origin">How the folder was found, in a few words.</param>
internal sealed record TorchFolder(string Folder, string Binding, string Origin)
{
    /// <summary>Names a folder with libtorch's libraries, or one whose <c>lib</c> holds them.</summary>
    public const string Variable = "TORCH_PATH";

    /// <summary>libtorch, which refers to all of its parts.</summary>
    public const string LibtorchName = "libtorch.so";

    /// <summary>TorchSharp's own library, by which it calls libtorch.</summary>
    public const string BindingName = "libLibTorchSharp.so";

    /// <summary>The device that the build was made for: cpu or cuda.</summary>
    public static string Device { get; } = typeof(TorchFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "TorchDevice").Value!;

    /// <summary>Looks where the user says, else beside the program, else where the build has put links to the packages.</summary>
    /// <param name="named">The value of <see cref="Variable"/>; null or empty where it is not set.</param>
    /// <param name="program">The program's folder.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: there is nothing to load.</exception>
    public static TorchFolder Find(string? named, string program)
    {
        // The build writes programs to artifacts/bin/PROJECT/CONFIGURATION.
        (string Folder, string Origin)[] own =
        [
            (Path.Combine(program, "torch"), "beside the program"),
            (Path.GetFullPath(Path.Combine(program, "..", "..", "..", "torch", Device)), "package"),
        ];
        if (string.IsNullOrEmpty(named))
        {
            foreach (var (folder, origin) in own)
            {
                if (Holds(folder, LibtorchName) && Holds(folder, BindingName))
                {
                    return new TorchFolder(folder, Path.Combine(folder, BindingName), origin);
                }
            }

            throw Missing($"{LibtorchName} and {BindingName} are not in {own[1].Folder}; build again, or name a folder with libtorch in {Variable}");
        }

        string given = Path.GetFullPath(named);
        string libtorch = Array.Find([given, Path.Combine(given, "lib")], folder => Holds(folder, LibtorchName))
            ?? throw Missing($"{Variable}={named} holds no {LibtorchName}; name the folder that does, or unset {Variable}");
        string binding = own.Select(candidate => candidate.Folder).Prepend(libtorch).FirstOrDefault(folder => Holds(folder, BindingName))
            ?? throw Missing($"{BindingName} is neither in {libtorch} nor in {own[1].Folder}; build again, or put it there");
        return new TorchFolder(libtorch, Path.Combine(binding, BindingName), Variable);
    }

    /// <summary>Where a copy of the binding may be kept: beside it, except among the user's own files, or in a cache.</summary>
    /// <param name="cache">Folder of the user's cache; empty where there is none.</param>
    public IReadOnlyList<string> PlacesForCopy(string cache)
    {
        string beside = Path.GetDirectoryName(Binding)!;
        return
        [
            .. Origin == Variable && beside == Folder ? Array.Empty<string>() : [beside],
            .. cache.Length == 0 ? Array.Empty<string>() : [Path.Combine(cache, "compression")],
        ];
    }

    private static bool Holds(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static UserErrorException Missing(string what) => new(ExitCode.Environment, $"libtorch cannot be loaded: {what}.");
}
