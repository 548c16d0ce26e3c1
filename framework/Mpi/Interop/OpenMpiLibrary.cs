using System.Runtime.InteropServices;
using static Compression.Mpi.Interop.MpiFunctions;

namespace Compression.Mpi.Interop;

/// <summary>
/// Open MPI, whose handles are addresses of exported objects. Its collectives block where they may: they yield once ranks outnumber cores, and the
/// all-reduce that goes on by itself takes 2.5 times as long.
/// </summary>
internal sealed unsafe class OpenMpiLibrary(nint library) : MpiLibrary(library, Find(library))
{
    /// <summary>Above the size of <c>MPI_Status</c> (24 bytes).</summary>
    private const int StatusBytes = 64;

    public override int InitThread(int required, int* provided) => MPI_Init_thread(0, 0, required, provided);

    public override int FinalizeMpi() => MPI_Finalize();

    public override int Abort(int code) => MPI_Abort(World, code);

    public override int CommRank(nint communicator, int* rank) => MPI_Comm_rank(communicator, rank);

    public override int CommSize(nint communicator, int* size) => MPI_Comm_size(communicator, size);

    public override int CommSplit(nint communicator, int color, int key, nint* group) => MPI_Comm_split(communicator, color, key, group);

    public override int CommFree(nint* communicator) => MPI_Comm_free(communicator);

    public override int ReturnErrors(nint communicator) => MPI_Comm_set_errhandler(communicator, Handles.ErrorsReturn);

    public override int Isend(void* data, int bytes, int destination, int tag, nint communicator, nint* request) =>
        MPI_Isend(data, bytes, Handles.Byte, destination, tag, communicator, request);

    public override int Irecv(void* data, int bytes, int source, int tag, nint communicator, nint* request) =>
        MPI_Irecv(data, bytes, Handles.Byte, source, tag, communicator, request);

    public override int Iprobe(int source, int tag, nint communicator, int* flag)
    {
        byte* status = stackalloc byte[StatusBytes];
        return MPI_Iprobe(source, tag, communicator, flag, status);
    }

    public override int Test(nint* request, int* flag, int* received)
    {
        byte* status = stackalloc byte[StatusBytes];
        int code = MPI_Test(request, flag, status);
        return code != 0 || *flag == 0 || received == null ? code : MPI_Get_count(status, Handles.Byte, received);
    }

    public override int AllGather(int* values, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Allgather(Handles.InPlace, 0, Handles.Int, values, 1, Handles.Int, communicator)
        : base.AllGather(values, communicator, mayBlock, request);

    public override int AllGather(byte* own, int length, byte* all, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Allgatherv(own, length, Handles.Byte, all, lengths, offsets, Handles.Byte, communicator)
        : base.AllGather(own, length, all, lengths, offsets, communicator, mayBlock, request);

    public override int AllToAll(int* send, int* receive, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Alltoall(send, 1, Handles.Int, receive, 1, Handles.Int, communicator)
        : base.AllToAll(send, receive, communicator, mayBlock, request);

    public override int AllToAll(byte* send, int* sendLengths, int* sendOffsets, byte* receive, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Alltoallv(send, sendLengths, sendOffsets, Handles.Byte, receive, lengths, offsets, Handles.Byte, communicator)
        : base.AllToAll(send, sendLengths, sendOffsets, receive, lengths, offsets, communicator, mayBlock, request);

    public override int Broadcast(byte* data, int length, int root, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Bcast(data, length, Handles.Byte, root, communicator)
        : base.Broadcast(data, length, root, communicator, mayBlock, request);

    public override int Barrier(nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Barrier(communicator)
        : base.Barrier(communicator, mayBlock, request);

    protected override int AllReduce(void* values, int count, nint type, nint operation, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? MPI_Allreduce(Handles.InPlace, values, count, type, operation, communicator)
        : base.AllReduce(values, count, type, operation, communicator, mayBlock, request);

    protected override int ErrorString(int code, byte[] text, int* length) => MPI_Error_string(code, text, length);

    // The objects behind the macros of its mpi.h.
    private static MpiHandles Find(nint library)
    {
        nint Address(string name) => NativeLibrary.GetExport(library, "ompi_mpi_" + name);
        return new(
            Address("comm_world"),
            Address("byte"),
            Address("int"),
            Address("float"),
            Address("double"),
            Address("op_sum"),
            Address("op_max"),
            Address("op_min"),
            Address("errors_return"),
            InPlace: 1);
    }
}
