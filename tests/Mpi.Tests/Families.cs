using System.Runtime.InteropServices;

namespace Compression.Mpi.Tests;

/// <summary>The MPI families that tests run on, and which of them are installed here.</summary>
internal static class Families
{
    /// <summary>MPICH, as COMPRESSION_MPI takes it.</summary>
    public const string Mpich = "mpich";

    /// <summary>Open MPI, as COMPRESSION_MPI takes it.</summary>
    public const string OpenMpi = "openmpi";

    private static readonly Dictionary<string, string?> s_missing = new()
    {
        [Mpich] = Search("MPICH", "libmpich.so.12", "mpiexec.mpich"),
        [OpenMpi] = Search("Open MPI", "libmpi.so.40", "mpiexec.openmpi"),
    };

    /// <summary>What of a family is not installed, in words; null where all is.</summary>
    public static string? Missing(string family) => s_missing[family];

    // Only looked for, never loaded: both in one process would get in each other's way.
    private static string[] LibraryFolders => ["/usr/lib", "/usr/lib64", "/usr/local/lib", $"/usr/lib/{Triplet}", .. Split("LD_LIBRARY_PATH")];

    /// <summary>The file of an installed library.</summary>
    public static string FileOf(string library) => LibraryFolders.Select(folder => Path.Combine(folder, library)).First(File.Exists);

    private static string? Search(string shownAs, string library, string launcher)
    {
        string[] missing = [.. Absent(library, LibraryFolders), .. Absent(launcher, Split("PATH"))];
        return missing.Length == 0 ? null : $"needs {shownAs}: {string.Join(" and ", missing)} not installed";
    }

    private static string[] Absent(string file, string[] folders) =>
        folders.Any(folder => File.Exists(Path.Combine(folder, file))) ? [] : [file];

    private static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    private static string[] Split(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
}
