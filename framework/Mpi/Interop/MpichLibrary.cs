using static MPI.Unsafe;

namespace Compression.Mpi.Interop;

/// <summary>
/// MPICH, Intel MPI, MVAPICH and MS-MPI, which share handles and the status, by MPI.NET. None of its collectives is used: this family's blocking calls
/// spin, so that ranks which outnumber the cores wait for milliseconds (docs/decisions.md).
/// </summary>
internal sealed unsafe class MpichLibrary : MpiLibrary
{
    private static readonly MpiHandles s_handles = new(
        MPI_COMM_WORLD, MPI_BYTE, MPI_INT, MPI_FLOAT, MPI_DOUBLE, MPI_SUM, MPI_MAX, MPI_MIN, MPI_ERRORS_RETURN, InPlace: -1);

    /// <param name="library">Any of the family, loaded.</param>
    public MpichLibrary(nint library)
        : base(library, s_handles) => MpiFunctions.Import(typeof(MPI.Communicator).Assembly, library);

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

    protected override int ErrorString(int code, byte[] text, int* length) => MPI_Error_string(code, text, ref *length);
}
