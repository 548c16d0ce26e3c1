using System.Text;
using Compression.Core.Communication;

namespace Compression.Mpi.Interop;

/// <summary>
/// What ranks ask of an MPI library: the functions of MPI by their names, with error codes for results (0 is success), and with bytes, lengths
/// and sums for datatypes and operations. A communicator or a request travels as <see cref="nint"/>, whatever the library makes of it.
/// </summary>
internal abstract unsafe class MpiLibrary
{
    /// <summary>Room for any text: <c>MPI_MAX_LIBRARY_VERSION_STRING</c> is the longest (8192 and 256 in the two families).</summary>
    private const int TextCapacity = 8192;

    /// <summary><c>MPI_COMM_WORLD</c>.</summary>
    public abstract nint World { get; }

    /// <summary>What the library calls itself, in one line.</summary>
    public string Version
    {
        get
        {
            byte[] text = new byte[TextCapacity];
            int length = 0;
            Check(GetLibraryVersion(text, &length), "MPI_Get_library_version");
            string all = Encoding.UTF8.GetString(text, 0, length).Trim('\0', '\n', ' ');
            int end = all.IndexOf('\n', StringComparison.Ordinal);
            return string.Join(' ', (end < 0 ? all : all[..end]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

    public abstract int Initialized(int* flag);

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
    /// <param name="received">Of a receive that has ended: the bytes that came; null where the request is none.</param>
    public abstract int Test(nint* request, int* flag, int* received);

    // Collectives. One that mayBlock may have ended when it returns, and then leaves the request at 0; what goes on by itself keeps the addresses given.

    /// <summary>Adds up, in place.</summary>
    public abstract int AllReduce(float* values, int count, nint communicator, bool mayBlock, nint* request);

    /// <inheritdoc cref="AllReduce(float*, int, nint, bool, nint*)"/>
    public abstract int AllReduce(double* values, int count, ReduceOperation operation, nint communicator, bool mayBlock, nint* request);

    /// <summary>An int from each rank, each rank's own in its place beforehand.</summary>
    public abstract int AllGather(int* values, nint communicator, bool mayBlock, nint* request);

    /// <summary>Bytes from each rank: those of rank i come to <paramref name="all"/> + offsets[i].</summary>
    public abstract int AllGather(byte* own, int length, byte* all, int* lengths, int* offsets, nint communicator, bool mayBlock, nint* request);

    /// <summary>An int to and from each rank.</summary>
    public abstract int AllToAll(int* outgoing, int* incoming, nint communicator, bool mayBlock, nint* request);

    /// <summary>Bytes to and from each rank.</summary>
    public abstract int AllToAll(
        byte* outgoing, int* outgoingLengths, int* outgoingOffsets, byte* incoming, int* incomingLengths, int* incomingOffsets, nint communicator, bool mayBlock, nint* request);

    public abstract int Broadcast(byte* data, int length, int root, nint communicator, bool mayBlock, nint* request);

    public abstract int Barrier(nint communicator, bool mayBlock, nint* request);

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

    protected abstract int ErrorString(int code, byte[] text, int* length);

    protected abstract int GetLibraryVersion(byte[] text, int* length);

    private string Describe(int code)
    {
        byte[] text = new byte[TextCapacity];
        int length = 0;
        return ErrorString(code, text, &length) == 0
            ? Encoding.UTF8.GetString(text, 0, length).Trim('\0', '\n', ' ').ReplaceLineEndings("; ")
            : $"MPI error {code}";
    }
}
