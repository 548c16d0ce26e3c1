using System.Text;
using Compression.Core.Communication;

namespace Compression.Mpi.Interop;

/// <summary>
/// What ranks ask of an MPI library: functions of MPI under their names, which return its error codes (0 is success), with bytes, lengths and sums in
/// place of datatypes and operations. A communicator or a request travels as <see cref="nint"/>, whatever the library makes of it.
/// </summary>
internal abstract unsafe class MpiLibrary
{
    /// <summary>Room for any text: <c>MPI_MAX_LIBRARY_VERSION_STRING</c> is the longest (8192 and 256 in the two families).</summary>
    private const int TextCapacity = 8192;

    /// <param name="library">Loaded.</param>
    /// <param name="handles">Its predefined ones.</param>
    /// <exception cref="InvalidOperationException">There was a library in this process before.</exception>
    protected MpiLibrary(nint library, MpiHandles handles)
    {
        MpiFunctions.Import(typeof(MpiFunctions).Assembly, library);
        Handles = handles;
    }

    /// <summary><c>MPI_COMM_WORLD</c>.</summary>
    public nint World => Handles.World;

    /// <summary>What the library calls itself, in one line.</summary>
    public string Version
    {
        get
        {
            byte[] text = new byte[TextCapacity];
            int length = 0;
            Check(MpiFunctions.MPI_Get_library_version(text, &length), "MPI_Get_library_version");
            string all = Encoding.UTF8.GetString(text, 0, length).Trim('\0', '\n', ' ');
            int end = all.IndexOf('\n', StringComparison.Ordinal);
            return string.Join(' ', (end < 0 ? all : all[..end]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

    protected MpiHandles Handles { get; }

    public abstract int InitThread(int required, int* provided);

    public abstract int FinalizeMpi();

    /// <summary>Ends all ranks of the world.</summary>
    public abstract int Abort(int code);

    public abstract int CommRank(nint communicator, int* rank);

    public abstract int CommSize(nint communicator, int* size);

    public abstract int CommSplit(nint communicator, int color, int key, nint* group);

    public abstract int CommFree(nint* communicator);

    /// <summary>Errors of a communicator come as codes from now on, and end nothing.</summary>
    public abstract int ReturnErrors(nint communicator);

    public abstract int Isend(void* data, int bytes, int destination, int tag, nint communicator, nint* request);

    public abstract int Irecv(void* data, int bytes, int source, int tag, nint communicator, nint* request);

    public abstract int Iprobe(int source, int tag, nint communicator, int* flag);

    /// <param name="request">What may have ended.</param>
    /// <param name="flag">Not 0 if it has.</param>
    /// <param name="received">Of a receive that has ended: the bytes that came; null where the request is none, or nobody asks.</param>
    public abstract int Test(nint* request, int* flag, int* received);

    // A collective that mayBlock may have ended when it returns, and then leaves the request at 0. What goes on by itself keeps the addresses given.

    /// <summary>Adds up, in place.</summary>
    public int AllReduce(float* values, int count, nint communicator, bool mayBlock, nint* request) =>
        AllReduce(values, count, Handles.Float, Handles.Sum, communicator, mayBlock, request);

    /// <summary>Adds up, or takes the largest or smallest, in place.</summary>
    public int AllReduce(double* values, int count, ReduceOperation operation, nint communicator, bool mayBlock, nint* request)
    {
        nint handle = operation switch
        {
            ReduceOperation.Sum => Handles.Sum,
            ReduceOperation.Max => Handles.Max,
            ReduceOperation.Min => Handles.Min,
            _ => throw new ArgumentOutOfRangeException(nameof(operation)),
        };
        return AllReduce(values, count, Handles.Double, handle, communicator, mayBlock, request);
    }

    /// <summary>An int from each rank, each rank's own in its place beforehand.</summary>
    public virtual int AllGather(int* values, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Iallgather(Handles.InPlace, 0, Handles.Int, values, 1, Handles.Int, communicator, request);

    /// <summary>Bytes from each rank: those of rank i come to <paramref name="all"/> + offsets[i].</summary>
    public virtual int AllGather(byte* own, int length, byte* all, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Iallgatherv(own, length, Handles.Byte, all, lengths, offsets, Handles.Byte, communicator, request);

    /// <summary>An int to and from each rank.</summary>
    public virtual int AllToAll(int* send, int* receive, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Ialltoall(send, 1, Handles.Int, receive, 1, Handles.Int, communicator, request);

    /// <summary>Bytes to and from each rank.</summary>
    public virtual int AllToAll(byte* send, int* sendLengths, int* sendOffsets, byte* receive, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Ialltoallv(send, sendLengths, sendOffsets, Handles.Byte, receive, lengths, offsets, Handles.Byte, communicator, request);

    public virtual int Broadcast(byte* data, int length, int root, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Ibcast(data, length, Handles.Byte, root, communicator, request);

    public virtual int Barrier(nint communicator, bool mayBlock, nint* request) => MpiFunctions.MPI_Ibarrier(communicator, request);

    /// <summary>Turns a failed call into an exception.</summary>
    /// <param name="code">What the call returned; 0 is success.</param>
    /// <param name="what">What was being done, as the message names it.</param>
    /// <exception cref="CommunicationException">The code is not 0.</exception>
    public void Check(int code, string what)
    {
        if (code != 0)
        {
            throw new CommunicationException($"{what} failed: {Describe(code)}");
        }
    }

    protected virtual int AllReduce(void* values, int count, nint type, nint operation, nint communicator, bool mayBlock, nint* request) =>
        MpiFunctions.MPI_Iallreduce(Handles.InPlace, values, count, type, operation, communicator, request);

    protected abstract int ErrorString(int code, byte[] text, int* length);

    private string Describe(int code)
    {
        byte[] text = new byte[TextCapacity];
        int length = 0;
        return ErrorString(code, text, &length) == 0
            ? Encoding.UTF8.GetString(text, 0, length).Trim('\0', '\n', ' ').ReplaceLineEndings("; ")
            : $"MPI error {code}";
    }
}
