using System.Runtime.InteropServices;
using Compression.Core.Communication;

namespace Compression.Mpi.Interop;

/// <summary>
/// Open MPI, whose handles are addresses of exported objects, by a table of its functions. Collectives block where they may: blocking calls yield once
/// ranks outnumber cores, and the all-reduce that goes on by itself takes 2.5 times as long.
/// </summary>
internal sealed unsafe class OpenMpiLibrary : MpiLibrary
{
    private const nint InPlace = 1;

    /// <summary>Above the size of <c>MPI_Status</c> (24 bytes).</summary>
    private const int StatusBytes = 64;

    private readonly nint _byte;
    private readonly nint _int;
    private readonly nint _float;
    private readonly nint _double;
    private readonly nint _sum;
    private readonly nint _max;
    private readonly nint _min;
    private readonly nint _errorsReturn;

    private readonly delegate* unmanaged<int*, int> _initialized;
    private readonly delegate* unmanaged<nint, nint, int, int*, int> _initThread;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<nint, int*, int> _commRank;
    private readonly delegate* unmanaged<nint, int*, int> _commSize;
    private readonly delegate* unmanaged<nint, int, int, nint*, int> _commSplit;
    private readonly delegate* unmanaged<nint*, int> _commFree;
    private readonly delegate* unmanaged<nint, nint, int> _commSetErrhandler;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _isend;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _irecv;
    private readonly delegate* unmanaged<int, int, nint, int*, void*, int> _iprobe;
    private readonly delegate* unmanaged<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged<void*, nint, int*, int> _getCount;
    private readonly delegate* unmanaged<nint, void*, int, nint, nint, nint, int> _allreduce;
    private readonly delegate* unmanaged<nint, void*, int, nint, nint, nint, nint*, int> _iallreduce;
    private readonly delegate* unmanaged<nint, int, nint, void*, int, nint, nint, int> _allgather;
    private readonly delegate* unmanaged<nint, int, nint, void*, int, nint, nint, nint*, int> _iallgather;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> _allgatherv;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> _iallgatherv;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> _alltoall;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> _ialltoall;
    private readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> _alltoallv;
    private readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int> _ialltoallv;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, int> _bcast;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> _ibcast;
    private readonly delegate* unmanaged<nint, int> _barrier;
    private readonly delegate* unmanaged<nint, nint*, int> _ibarrier;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;
    private readonly delegate* unmanaged<byte*, int*, int> _getLibraryVersion;

    /// <param name="library">Loaded.</param>
    /// <exception cref="EntryPointNotFoundException">It lacks a function.</exception>
    public OpenMpiLibrary(nint library)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, name);
        World = Find(MpiFamily.OpenMpiWorld);
        _byte = Find("ompi_mpi_byte");
        _int = Find("ompi_mpi_int");
        _float = Find("ompi_mpi_float");
        _double = Find("ompi_mpi_double");
        _sum = Find("ompi_mpi_op_sum");
        _max = Find("ompi_mpi_op_max");
        _min = Find("ompi_mpi_op_min");
        _errorsReturn = Find("ompi_mpi_errors_return");

        _initialized = (delegate* unmanaged<int*, int>)Find("MPI_Initialized");
        _initThread = (delegate* unmanaged<nint, nint, int, int*, int>)Find("MPI_Init_thread");
        _finalize = (delegate* unmanaged<int>)Find("MPI_Finalize");
        _abort = (delegate* unmanaged<nint, int, int>)Find("MPI_Abort");
        _commRank = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank");
        _commSize = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size");
        _commSplit = (delegate* unmanaged<nint, int, int, nint*, int>)Find("MPI_Comm_split");
        _commFree = (delegate* unmanaged<nint*, int>)Find("MPI_Comm_free");
        _commSetErrhandler = (delegate* unmanaged<nint, nint, int>)Find("MPI_Comm_set_errhandler");
        _isend = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Isend");
        _irecv = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Irecv");
        _iprobe = (delegate* unmanaged<int, int, nint, int*, void*, int>)Find("MPI_Iprobe");
        _test = (delegate* unmanaged<nint*, int*, void*, int>)Find("MPI_Test");
        _getCount = (delegate* unmanaged<void*, nint, int*, int>)Find("MPI_Get_count");
        _allreduce = (delegate* unmanaged<nint, void*, int, nint, nint, nint, int>)Find("MPI_Allreduce");
        _iallreduce = (delegate* unmanaged<nint, void*, int, nint, nint, nint, nint*, int>)Find("MPI_Iallreduce");
        _allgather = (delegate* unmanaged<nint, int, nint, void*, int, nint, nint, int>)Find("MPI_Allgather");
        _iallgather = (delegate* unmanaged<nint, int, nint, void*, int, nint, nint, nint*, int>)Find("MPI_Iallgather");
        _allgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Find("MPI_Allgatherv");
        _iallgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Find("MPI_Iallgatherv");
        _alltoall = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Find("MPI_Alltoall");
        _ialltoall = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Find("MPI_Ialltoall");
        _alltoallv = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)Find("MPI_Alltoallv");
        _ialltoallv = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>)Find("MPI_Ialltoallv");
        _bcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Find("MPI_Bcast");
        _ibcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Find("MPI_Ibcast");
        _barrier = (delegate* unmanaged<nint, int>)Find("MPI_Barrier");
        _ibarrier = (delegate* unmanaged<nint, nint*, int>)Find("MPI_Ibarrier");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string");
        _getLibraryVersion = (delegate* unmanaged<byte*, int*, int>)Find("MPI_Get_library_version");
    }

    public override nint World { get; }

    public override int Initialized(int* flag) => _initialized(flag);

    public override int InitThread(int required, int* provided) => _initThread(0, 0, required, provided);

    public override int FinalizeMpi() => _finalize();

    public override int Abort(int code) => _abort(World, code);

    public override int CommRank(nint communicator, int* rank) => _commRank(communicator, rank);

    public override int CommSize(nint communicator, int* size) => _commSize(communicator, size);

    public override int CommSplit(nint communicator, int color, int key, nint* group) => _commSplit(communicator, color, key, group);

    public override int CommFree(nint* communicator) => _commFree(communicator);

    public override int ReturnErrors(nint communicator) => _commSetErrhandler(communicator, _errorsReturn);

    public override int Isend(void* data, int bytes, int destination, int tag, nint communicator, nint* request) =>
        _isend(data, bytes, _byte, destination, tag, communicator, request);

    public override int Irecv(void* data, int bytes, int source, int tag, nint communicator, nint* request) =>
        _irecv(data, bytes, _byte, source, tag, communicator, request);

    public override int Iprobe(int source, int tag, nint communicator, int* flag)
    {
        byte* status = stackalloc byte[StatusBytes];
        return _iprobe(source, tag, communicator, flag, status);
    }

    public override int Test(nint* request, int* flag, int* received)
    {
        byte* status = stackalloc byte[StatusBytes];
        int code = _test(request, flag, status);
        return code != 0 || *flag == 0 || received == null ? code : _getCount(status, _byte, received);
    }

    public override int AllReduce(float* values, int count, nint communicator, bool mayBlock, nint* request) =>
        AllReduce(values, count, _float, _sum, communicator, mayBlock, request);

    public override int AllReduce(double* values, int count, ReduceOperation operation, nint communicator, bool mayBlock, nint* request)
    {
        nint handle = operation switch
        {
            ReduceOperation.Sum => _sum,
            ReduceOperation.Max => _max,
            ReduceOperation.Min => _min,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
        return AllReduce(values, count, _double, handle, communicator, mayBlock, request);
    }

    public override int AllGather(int* values, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _allgather(InPlace, 0, _int, values, 1, _int, communicator)
        : _iallgather(InPlace, 0, _int, values, 1, _int, communicator, request);

    public override int AllGather(byte* own, int length, byte* all, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _allgatherv(own, length, _byte, all, lengths, offsets, _byte, communicator)
        : _iallgatherv(own, length, _byte, all, lengths, offsets, _byte, communicator, request);

    public override int AllToAll(int* outgoing, int* incoming, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _alltoall(outgoing, 1, _int, incoming, 1, _int, communicator)
        : _ialltoall(outgoing, 1, _int, incoming, 1, _int, communicator, request);

    public override int AllToAll(
        byte* outgoing, int* outgoingLengths, int* outgoingOffsets, byte* incoming, int* incomingLengths, int* incomingOffsets, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _alltoallv(outgoing, outgoingLengths, outgoingOffsets, _byte, incoming, incomingLengths, incomingOffsets, _byte, communicator)
        : _ialltoallv(outgoing, outgoingLengths, outgoingOffsets, _byte, incoming, incomingLengths, incomingOffsets, _byte, communicator, request);

    public override int Broadcast(byte* data, int length, int root, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _bcast(data, length, _byte, root, communicator)
        : _ibcast(data, length, _byte, root, communicator, request);

    public override int Barrier(nint communicator, bool mayBlock, nint* request) => mayBlock ? _barrier(communicator) : _ibarrier(communicator, request);

    protected override int ErrorString(int code, byte[] text, int* length)
    {
        fixed (byte* pointer = text)
        {
            return _errorString(code, pointer, length);
        }
    }

    protected override int GetLibraryVersion(byte[] text, int* length)
    {
        fixed (byte* pointer = text)
        {
            return _getLibraryVersion(pointer, length);
        }
    }

    private int AllReduce(void* values, int count, nint type, nint operation, nint communicator, bool mayBlock, nint* request) => mayBlock
        ? _allreduce(InPlace, values, count, type, operation, communicator)
        : _iallreduce(InPlace, values, count, type, operation, communicator, request);
}
