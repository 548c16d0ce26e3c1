using System.Reflection;
using System.Runtime.InteropServices;
using Compression.Core.Communication;
using static MPI.Unsafe;

namespace Compression.Mpi.Interop;

/// <summary>
/// MPICH, Intel MPI, MVAPICH and MS-MPI by MPI.NET: they share handles, which are C ints, and the status. MPI.NET knows MPI-2; what came later is
/// imported beside it. A handle given by address is written to the low half of the <see cref="nint"/>, where little-endian machines read it.
/// </summary>
internal sealed unsafe class MpichLibrary : MpiLibrary
{
    private const int InPlace = -1;

    /// <param name="library">Any library of the family, loaded. MPI.NET asks for <c>msmpi.dll</c>, and gets it.</param>
    /// <exception cref="InvalidOperationException">There was one in this process before.</exception>
    public MpichLibrary(nint library)
    {
        foreach (Assembly importer in (Assembly[])[typeof(MPI.Communicator).Assembly, typeof(MpichFunctions).Assembly])
        {
            NativeLibrary.SetDllImportResolver(importer, (name, _, _) => name == MpichFunctions.Library ? library : 0);
        }
    }

    public override nint World => MPI_COMM_WORLD;

    public override int Initialized(int* flag) => MPI_Initialized(out *flag);

    public override int InitThread(int required, int* provided)
    {
        int count = 0;
        byte** arguments = null;
        return MPI_Init_thread(ref count, ref arguments, required, out *provided);
    }

    public override int FinalizeMpi() => MPI_Finalize();

    public override int Abort(int code) => MPI_Abort(MPI_COMM_WORLD, code);

    public override int CommRank(nint communicator, int* rank) => MPI_Comm_rank((int)communicator, out *rank);

    public override int CommSize(nint communicator, int* size) => MPI_Comm_size((int)communicator, out *size);

    public override int CommSplit(nint communicator, int color, int key, nint* group) => MPI_Comm_split((int)communicator, color, key, out *(int*)group);

    public override int CommFree(nint* communicator) => MPI_Comm_free(ref *(int*)communicator);

    public override int ReturnErrors(nint communicator) => MPI_Errhandler_set((int)communicator, MPI_ERRORS_RETURN);

    public override int Isend(void* data, int bytes, int destination, int tag, nint communicator, nint* request) =>
        MPI_Isend((nint)data, bytes, MPI_BYTE, destination, tag, (int)communicator, out *(int*)request);

    public override int Irecv(void* data, int bytes, int source, int tag, nint communicator, nint* request) =>
        MPI_Irecv((nint)data, bytes, MPI_BYTE, source, tag, (int)communicator, out *(int*)request);

    public override int Iprobe(int source, int tag, nint communicator, int* flag) => MPI_Iprobe(source, tag, (int)communicator, out *flag, out _);

    public override int Test(nint* request, int* flag, int* received)
    {
        int code = MPI_Test(ref *(int*)request, out *flag, out MPI_Status status);
        return code != 0 || *flag == 0 || received == null ? code : MPI_Get_count(ref status, MPI_BYTE, out *received);
    }

    // Never blocking: this family's blocking calls spin, and ranks that outnumber the cores then wait for milliseconds (docs/decisions.md).

    public override int AllReduce(float* values, int count, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Iallreduce(InPlace, values, count, MPI_FLOAT, MPI_SUM, (int)communicator, (int*)request);

    public override int AllReduce(double* values, int count, ReduceOperation operation, nint communicator, bool mayBlock, nint* request)
    {
        int handle = operation switch
        {
            ReduceOperation.Sum => MPI_SUM,
            ReduceOperation.Max => MPI_MAX,
            ReduceOperation.Min => MPI_MIN,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
        return MpichFunctions.Iallreduce(InPlace, values, count, MPI_DOUBLE, handle, (int)communicator, (int*)request);
    }

    public override int AllGather(int* values, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Iallgather(InPlace, 0, MPI_INT, values, 1, MPI_INT, (int)communicator, (int*)request);

    public override int AllGather(byte* own, int length, byte* all, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Iallgatherv(own, length, MPI_BYTE, all, lengths, offsets, MPI_BYTE, (int)communicator, (int*)request);

    public override int AllToAll(int* outgoing, int* incoming, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Ialltoall(outgoing, 1, MPI_INT, incoming, 1, MPI_INT, (int)communicator, (int*)request);

    public override int AllToAll(
        byte* outgoing, int* outgoingLengths, int* outgoingOffsets, byte* incoming, int* incomingLengths, int* incomingOffsets, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Ialltoallv(
            outgoing, outgoingLengths, outgoingOffsets, MPI_BYTE, incoming, incomingLengths, incomingOffsets, MPI_BYTE, (int)communicator, (int*)request);

    public override int Broadcast(byte* data, int length, int root, nint communicator, bool mayBlock, nint* request) =>
        MpichFunctions.Ibcast(data, length, MPI_BYTE, root, (int)communicator, (int*)request);

    public override int Barrier(nint communicator, bool mayBlock, nint* request) => MpichFunctions.Ibarrier((int)communicator, (int*)request);

    protected override int ErrorString(int code, byte[] text, int* length) => MPI_Error_string(code, text, ref *length);

    protected override int GetLibraryVersion(byte[] text, int* length) => MpichFunctions.GetLibraryVersion(text, length);
}
