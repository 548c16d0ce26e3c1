using System.Runtime.InteropServices;

namespace Compression.Mpi.Tests;

/// <summary>The MPI families installed here. A family that is missing leaves its tests out of the list, and says so on the console.</summary>
public static class Families
{
    private static readonly (string Name, string Library, string Launcher)[] s_known =
    [
        ("mpich", "libmpich.so.12", "mpiexec.mpich"),
        ("openmpi", "libmpi.so.40", "mpiexec.openmpi"),
    ];

    /// <summary>Names of the families, as COMPRESSION_MPI takes them.</summary>
    public static IReadOnlyList<string> Installed { get; } = [.. s_known.Where(IsInstalled).Select(family => family.Name)];

    /// <summary>A row for each family.</summary>
    public static TheoryData<string> Each => [.. Installed];

    /// <summary>A row for each family and each number of ranks from 1 to 4.</summary>
    public static TheoryData<string, int> EachWithRanks
    {
        get
        {
            TheoryData<string, int> rows = [];
            foreach (string family in Installed)
            {
                for (int ranks = 1; ranks <= 4; ranks++)
                {
                    rows.Add(family, ranks);
                }
            }

            return rows;
        }
    }

    private static bool IsInstalled((string Name, string Library, string Launcher) family)
    {
        // Only looked for, never loaded: both in one process would get in each other's way.
        string[] folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib", $"/usr/lib/{Triplet}", .. Split("LD_LIBRARY_PATH")];
        bool installed = folders.Any(folder => File.Exists(Path.Combine(folder, family.Library)))
            && Split("PATH").Any(folder => File.Exists(Path.Combine(folder, family.Launcher)));
        if (!installed)
        {
            Console.WriteLine($"MPI tests with {family.Name} left out: {family.Library} or {family.Launcher} is not installed.");
        }

        return installed;
    }

    private static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    private static string[] Split(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
}
