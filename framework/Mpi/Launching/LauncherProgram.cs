using System.Diagnostics;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Launching;

/// <summary>An mpiexec found on this machine.</summary>
/// <param name="Path">The file.</param>
/// <param name="Dialect">How to talk to it.</param>
internal sealed record LauncherProgram(string Path, LauncherDialect Dialect)
{
    /// <summary>
    /// Finds a launcher: MPICH's, else Open MPI's, each by the name that says whose it is, else whatever mpiexec or mpirun is.
    /// </summary>
    /// <param name="choice">The value of <c>COMPRESSION_MPI</c>; when set, only that family's launcher will do.</param>
    /// <exception cref="UserErrorException">There is none (3).</exception>
    public static LauncherProgram Find(string? choice)
    {
        MpiFamily? only = LoadedMpi.FamilyNamed(choice);
        List<LauncherDialect> dialects = [new MpichDialect(), new OpenMpiDialect()];
        dialects.RemoveAll(dialect => only is not null && dialect.Family != only);
        foreach (LauncherDialect dialect in dialects)
        {
            if (ProgramPath.Find(dialect.Program) is { } path)
            {
                return new LauncherProgram(path, dialect);
            }
        }

        foreach (string name in (string[])["mpiexec", "mpirun"])
        {
            if (ProgramPath.Find(name) is { } path && VersionText(path) is var version
                && dialects.Find(dialect => dialect.Recognizes(version)) is { } dialect)
            {
                return new LauncherProgram(path, dialect);
            }
        }

        (string wanted, string package) = only is null ? ("mpiexec", "mpich")
            : only == MpiFamily.OpenMpi ? ("mpiexec of Open MPI", "openmpi-bin")
            : ("mpiexec of MPICH", "mpich");
        throw new UserErrorException(
            ExitCode.Environment, $"No {wanted} found on the PATH; install it with: apt-get install {package}");
    }

    private static string VersionText(string path)
    {
        using Process process = Process.Start(new ProcessStartInfo(path, ["--version"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text + errors.Result;
    }
}
