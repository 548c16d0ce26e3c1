using System.Runtime.InteropServices;
using Compression.Core.Reporting;

namespace Compression.Mpi.Interop;

/// <summary>A library found on this machine, the family it belongs to, and the name it was found by.</summary>
internal readonly record struct LoadedMpi(nint Library, MpiFamily Family, string File)
{
    /// <summary>Names a family (mpich, openmpi) or a library file, and overrides every guess.</summary>
    public const string ChoiceVariable = "COMPRESSION_MPI";

    private const string Cure = "install MPI with: apt-get install mpich";

    /// <summary>
    /// Loads what <c>COMPRESSION_MPI</c> names; else the library that the launcher's variables ask for; else the first one found.
    /// </summary>
    /// <exception cref="UserErrorException">None is there (3), or <c>COMPRESSION_MPI</c> makes no sense (2).</exception>
    public static LoadedMpi Load(MpiEnvironment environment)
    {
        string? choice = environment[ChoiceVariable];
        if (choice is null)
        {
            IReadOnlyList<MpiFamily> wanted = environment.LauncherFamily is { } family ? [family] : MpiFamily.All;
            return FirstOf(wanted) ?? throw Missing(wanted);
        }

        if (FamilyNamed(choice) is { } named && !LooksLikeFile(choice))
        {
            return FirstOf([named]) ?? throw Missing([named]);
        }

        return NativeLibrary.TryLoad(choice, out nint library)
            ? new LoadedMpi(library, MpiFamily.Of(library), choice)
            : throw new UserErrorException(
                ExitCode.Environment, $"{ChoiceVariable}={choice} cannot be loaded: give the path of libmpich.so.12 or libmpi.so.40.");
    }

    /// <summary>Which family a value of <c>COMPRESSION_MPI</c> asks for, judged by the name alone; null when it is not set.</summary>
    /// <exception cref="UserErrorException">It is neither a family nor a file name (2).</exception>
    public static MpiFamily? FamilyNamed(string? choice)
    {
        if (choice is null)
        {
            return null;
        }

        if (LooksLikeFile(choice))
        {
            // Open MPI since version 3 is libmpi.so.40; the libmpi.so.12 of Intel and others has MPICH's handles.
            return Path.GetFileName(choice).StartsWith("libmpi.so.4", StringComparison.Ordinal) ? MpiFamily.OpenMpi : MpiFamily.Mpich;
        }

        return MpiFamily.All.FirstOrDefault(family => family.Name == choice)
            ?? throw new UserErrorException(
                ExitCode.Usage, $"{ChoiceVariable}={choice} names no MPI: give mpich, openmpi, or the path of a library.");
    }

    /// <summary>Says that the library is not what it was taken for.</summary>
    /// <param name="fault">What it does.</param>
    public UserErrorException Unfit(string fault) => new(
        ExitCode.Environment, $"{File}, taken for {Family.Name}, {fault}; set {ChoiceVariable} to the launcher's own MPI.");

    private static bool LooksLikeFile(string choice) =>
        choice.Contains('/', StringComparison.Ordinal) || choice.Contains(".so", StringComparison.Ordinal);

    private static LoadedMpi? FirstOf(IEnumerable<MpiFamily> families)
    {
        foreach (MpiFamily family in families)
        {
            foreach (string file in family.Files)
            {
                // A file name may be either's (libmpi.so), so what was found is judged by its exports.
                if (NativeLibrary.TryLoad(file, out nint library))
                {
                    if (MpiFamily.Of(library) == family)
                    {
                        return new LoadedMpi(library, family, file);
                    }

                    NativeLibrary.Free(library);
                }
            }
        }

        return null;
    }

    private static UserErrorException Missing(IEnumerable<MpiFamily> families) => new(
        ExitCode.Environment,
        $"No MPI library found (looked for {string.Join(", ", families.SelectMany(family => family.Files))}); "
        + $"{Cure}, or name its file in {ChoiceVariable}.");
}
