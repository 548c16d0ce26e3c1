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

    private static readonly string s_cure =
        $"pip install torch=={LibtorchVersion.Needed} (for CPUs alone: --index-url https://download.pytorch.org/whl/cpu), name a folder with it in {Variable}, or publish with --with-libtorch";

    /// <summary>The device that the build was made for: cpu or cuda.</summary>
    public static string Device { get; } = typeof(TorchFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "TorchDevice").Value!;

    /// <summary>
    /// Looks for libtorch where the user says; else beside TorchSharp's library, which lies with the program or where the build has put links to the
    /// packages; else in a PyTorch. Another version than the needed one is passed over, and named where there is no better.
    /// </summary>
    /// <param name="named">The value of <see cref="Variable"/>; null or empty where it is not set.</param>
    /// <param name="program">The program's folder.</param>
    /// <param name="pyTorch">Folders of libraries of installed PyTorches; looked for where there is no other libtorch.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: there is nothing to load.</exception>
    public static TorchFolder Find(string? named, string program, IEnumerable<string> pyTorch)
    {
        string given = string.IsNullOrEmpty(named) ? "" : Path.GetFullPath(named);
        string[] ofUser = given.Length == 0 ? [] : [given, Path.Combine(given, "lib")];

        // The build writes programs to artifacts/bin/PROJECT/CONFIGURATION.
        string beside = Path.Combine(program, "torch");
        string package = Path.GetFullPath(Path.Combine(program, "..", "..", "..", "torch", Device));
        string? own = Array.Find([beside, package], folder => Holds(folder, BindingName));
        string origin = own == beside ? "beside the program" : "package";
        var candidates = given.Length > 0 ? ofUser.Select(folder => (Folder: folder, Origin: Variable))
            : own is null ? throw Missing($"{LibtorchName} and {BindingName} are not in {package}; build again")
            : pyTorch.Select(folder => (Folder: folder, Origin: "PyTorch")).Prepend((Folder: own, Origin: origin));

        var others = new List<string>();
        foreach (var candidate in candidates.Where(candidate => Holds(candidate.Folder, LibtorchName)))
        {
            if (LibtorchVersion.WrittenAt(candidate.Folder) is { } version && !LibtorchVersion.Fits(version))
            {
                others.Add($"{candidate.Folder} has {version}");
                continue;
            }

            string binding = Array.Find([candidate.Folder, beside, package], folder => Holds(folder, BindingName))
                ?? throw Missing($"{BindingName} is neither in {candidate.Folder} nor in {package}; build again, or put it there");
            return new TorchFolder(candidate.Folder, Path.Combine(binding, BindingName), candidate.Origin);
        }

        throw others.Count > 0 ? OtherVersion(string.Join(", ", others), given.Length > 0)
            : given.Length > 0 ? Missing($"{Variable}={named} holds no {LibtorchName}; name the folder that does, or unset {Variable}")
            : Missing($"no {LibtorchName} in {own}, {Variable} is not set, and no python3 or python here finds PyTorch; {s_cure}");
    }

    /// <summary>The one line for a folder whose libtorch turned out to be of another version.</summary>
    public UserErrorException OtherVersion(string version) => OtherVersion($"{Folder} has one that is {version}", Origin == Variable);

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

    private static UserErrorException OtherVersion(string found, bool isNamed) =>
        Missing($"{LibtorchVersion.Needed} is needed, and {found}; {(isNamed ? $"name a folder with {LibtorchVersion.Needed} in {Variable}, or unset it" : s_cure)}");

    private static bool Holds(string folder, string file) => File.Exists(Path.Combine(folder, file));

    private static UserErrorException Missing(string what) => new(ExitCode.Environment, $"libtorch cannot be loaded: {what}.");
}
