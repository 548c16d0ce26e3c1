using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>What differs between the MPI implementations: file names, constants, and which way of waiting is the faster.</summary>
/// <param name="Name">As <c>COMPRESSION_MPI</c> names it.</param>
/// <param name="Files">Library names to try, best first.</param>
/// <param name="InPlace"><c>MPI_IN_PLACE</c>.</param>
/// <param name="YieldsWhileBlocked">
/// True where blocking calls give the core away once ranks outnumber cores. MPICH's spin: 4 ranks on 2 cores then need 5 ms for a
/// collective of 4 bytes that takes 20 µs when the waiting ranks yield. Open MPI's yield by themselves, and its non-blocking
/// all-reduce takes 2.5 times as long as the blocking one, so there the blocking calls are the better.
/// </param>
/// <param name="Resolve">Finds the handles in a loaded library.</param>
internal sealed record MpiFamily(
    string Name,
    IReadOnlyList<string> Files,
    nint InPlace,
    bool YieldsWhileBlocked,
    Func<nint, MpiHandles> Resolve)
{
    public static MpiFamily Mpich { get; } = new(
        "mpich", ["libmpich.so.12", "libmpi.so.12", "libmpich.so"], InPlace: -1, YieldsWhileBlocked: false, MpiHandles.OfMpich);

    public static MpiFamily OpenMpi { get; } = new(
        "openmpi", ["libmpi.so.40", "libmpi.so"], InPlace: 1, YieldsWhileBlocked: true, MpiHandles.OfOpenMpi);

    /// <summary>Both, the default first.</summary>
    public static IReadOnlyList<MpiFamily> All { get; } = [Mpich, OpenMpi];

    /// <summary>The family that a loaded library belongs to: only Open MPI exports its handles.</summary>
    public static MpiFamily Of(nint library) =>
        NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _) ? OpenMpi : Mpich;
}
