using System.Reflection;
using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>
/// What is imported beside MPI.NET: the collectives of MPI-3 that go on by themselves, in either family, and what Open MPI needs, whose handles are
/// pointers. Where handles are ints, a callee reads the low half of an <see cref="nint"/>, on little-endian machines also of one given by address.
/// </summary>
internal static unsafe partial class MpiFunctions
{
    /// <summary>What MPI.NET calls the library.</summary>
    public const string Library = "msmpi.dll";

    /// <summary>Lets an assembly's imports of <see cref="Library"/> come from a loaded library. Once in a process.</summary>
    public static void Import(Assembly importer, nint library) => NativeLibrary.SetDllImportResolver(importer, (name, _, _) => name == Library ? library : 0);

    [LibraryImport(Library)] public static partial int MPI_Iallreduce(nint send, void* receive, int count, nint type, nint operation, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Iallgather(nint send, int sendCount, nint sendType, void* receive, int count, nint type, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Iallgatherv(void* send, int sendCount, nint sendType, void* receive, int* counts, int* offsets, nint type, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Ialltoall(void* send, int sendCount, nint sendType, void* receive, int count, nint type, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Ialltoallv(void* send, int* sendCounts, int* sendOffsets, nint sendType, void* receive, int* counts, int* offsets, nint type, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Ibcast(void* data, int count, nint type, int root, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Ibarrier(nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Get_library_version([Out] byte[] text, int* length);

    // The rest is Open MPI's.
    [LibraryImport(Library)] public static partial int MPI_Init_thread(nint count, nint arguments, int required, int* provided);
    [LibraryImport(Library)] public static partial int MPI_Finalize();
    [LibraryImport(Library)] public static partial int MPI_Abort(nint communicator, int code);
    [LibraryImport(Library)] public static partial int MPI_Comm_rank(nint communicator, int* rank);
    [LibraryImport(Library)] public static partial int MPI_Comm_size(nint communicator, int* size);
    [LibraryImport(Library)] public static partial int MPI_Comm_split(nint communicator, int color, int key, nint* group);
    [LibraryImport(Library)] public static partial int MPI_Comm_free(nint* communicator);
    [LibraryImport(Library)] public static partial int MPI_Comm_set_errhandler(nint communicator, nint handler);
    [LibraryImport(Library)] public static partial int MPI_Error_string(int code, [Out] byte[] text, int* length);
    [LibraryImport(Library)] public static partial int MPI_Isend(void* data, int count, nint type, int destination, int tag, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Irecv(void* data, int count, nint type, int source, int tag, nint communicator, nint* request);
    [LibraryImport(Library)] public static partial int MPI_Iprobe(int source, int tag, nint communicator, int* flag, void* status);
    [LibraryImport(Library)] public static partial int MPI_Test(nint* request, int* flag, void* status);
    [LibraryImport(Library)] public static partial int MPI_Get_count(void* status, nint type, int* count);
    [LibraryImport(Library)] public static partial int MPI_Allreduce(nint send, void* receive, int count, nint type, nint operation, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Allgather(nint send, int sendCount, nint sendType, void* receive, int count, nint type, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Allgatherv(void* send, int sendCount, nint sendType, void* receive, int* counts, int* offsets, nint type, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Alltoall(void* send, int sendCount, nint sendType, void* receive, int count, nint type, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Alltoallv(void* send, int* sendCounts, int* sendOffsets, nint sendType, void* receive, int* counts, int* offsets, nint type, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Bcast(void* data, int count, nint type, int root, nint communicator);
    [LibraryImport(Library)] public static partial int MPI_Barrier(nint communicator);
}
