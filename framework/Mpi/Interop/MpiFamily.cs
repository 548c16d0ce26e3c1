using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>MPI implementations that share their handles, and so the way in which they are called.</summary>
/// <param name="Name">As <c>COMPRESSION_MPI</c> names it.</param>
/// <param name="Files">Library names to try, best first.</param>
/// <param name="Open">Makes a loaded library callable.</param>
internal sealed record MpiFamily(string Name, IReadOnlyList<string> Files, Func<nint, MpiLibrary> Open)
{
    public static MpiFamily Mpich { get; } = new(
        "mpich",
        OperatingSystem.IsWindows() ? [MpiFunctions.Library] : ["libmpich.so.12", "libmpi.so.12", "libmpich.so"],
        library => new MpichLibrary(library));

    public static MpiFamily OpenMpi { get; } = new("openmpi", ["libmpi.so.40", "libmpi.so"], library => new OpenMpiLibrary(library));

    /// <summary>Both, the default first.</summary>
    public static IReadOnlyList<MpiFamily> All { get; } = [Mpich, OpenMpi];

    /// <summary>The family that a loaded library belongs to: only Open MPI exports its handles.</summary>
    public static MpiFamily Of(nint library) =>
        NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? OpenMpi : Mpich;
}
