using System.Runtime.InteropServices;

namespace Compression.Mpi.Interop;

/// <summary>What MPI-3 added, and MPI.NET lacks: the collectives that go on by themselves, and the library's version.</summary>
internal static unsafe partial class MpichFunctions
{
    /// <summary>As MPI.NET calls the library too.</summary>
    public const string Library = "msmpi.dll";

    [LibraryImport(Library, EntryPoint = "MPI_Iallreduce")]
    public static partial int Iallreduce(nint send, void* receive, int count, int type, int operation, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Iallgather")]
    public static partial int Iallgather(nint send, int sendCount, int sendType, void* receive, int receiveCount, int receiveType, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Iallgatherv")]
    public static partial int Iallgatherv(
        void* send, int sendCount, int sendType, void* receive, int* receiveCounts, int* receiveOffsets, int receiveType, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ialltoall")]
    public static partial int Ialltoall(void* send, int sendCount, int sendType, void* receive, int receiveCount, int receiveType, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ialltoallv")]
    public static partial int Ialltoallv(
        void* send, int* sendCounts, int* sendOffsets, int sendType, void* receive, int* receiveCounts, int* receiveOffsets, int receiveType, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ibcast")]
    public static partial int Ibcast(void* data, int count, int type, int root, int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ibarrier")]
    public static partial int Ibarrier(int communicator, int* request);

    [LibraryImport(Library, EntryPoint = "MPI_Get_library_version")]
    public static partial int GetLibraryVersion([Out] byte[] text, int* length);
}
