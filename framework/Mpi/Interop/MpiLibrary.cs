using System.Runtime.InteropServices;
using System.Text;
using Compression.Core.Communication;

namespace Compression.Mpi.Interop;

/// <summary>
/// The functions of one MPI library by address. Handles travel as <see cref="nint"/>: in registers and in 8-byte stack slots a
/// library of C-int handles reads the low half, which on little-endian machines is also where it writes a handle given by address.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Above the size of <c>MPI_Status</c> in either family (20 and 24 bytes).</summary>
    public const int StatusBytes = 64;

    /// <summary>Room for a message of either family (512 and 256).</summary>
    private const int ErrorTextCapacity = 2048;

    /// <summary>Room for <c>MPI_Get_library_version</c> of either family (8192 and 256).</summary>
    private const int VersionCapacity = 8192;

    public readonly delegate* unmanaged<nint, nint, int, int*, int> InitThread;
    public readonly delegate* unmanaged<int*, int> Initialized;
    public readonly delegate* unmanaged<int> FinalizeMpi;
    public readonly delegate* unmanaged<nint, int, int> Abort;
    public readonly delegate* unmanaged<nint, int*, int> CommRank;
    public readonly delegate* unmanaged<nint, int*, int> CommSize;
    public readonly delegate* unmanaged<nint, int, int, nint*, int> CommSplit;
    public readonly delegate* unmanaged<nint*, int> CommFree;
    public readonly delegate* unmanaged<nint, nint, int> CommSetErrhandler;
    public readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> Allreduce;
    public readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> Iallreduce;
    public readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> Allgather;
    public readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> Iallgather;
    public readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> Allgatherv;
    public readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int> Iallgatherv;
    public readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> Alltoall;
    public readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> Ialltoall;
    public readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int> Alltoallv;
    public readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int> Ialltoallv;
    public readonly delegate* unmanaged<void*, int, nint, int, nint, int> Bcast;
    public readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> Ibcast;
    public readonly delegate* unmanaged<nint, int> Barrier;
    public readonly delegate* unmanaged<nint, nint*, int> Ibarrier;
    public readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> Isend;
    public readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> Irecv;
    public readonly delegate* unmanaged<int, int, nint, int*, void*, int> Iprobe;
    public readonly delegate* unmanaged<nint*, int*, void*, int> Test;
    public readonly delegate* unmanaged<void*, nint, int*, int> GetCount;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorString;
    private readonly delegate* unmanaged<byte*, int*, int> _libraryVersion;

    public MpiLibrary(LoadedMpi loaded)
    {
        Family = loaded.Family;
        Handles = Family.Resolve(loaded.Library);
        void* Find(string name) => (void*)NativeLibrary.GetExport(loaded.Library, name);

        InitThread = (delegate* unmanaged<nint, nint, int, int*, int>)Find("MPI_Init_thread");
        Initialized = (delegate* unmanaged<int*, int>)Find("MPI_Initialized");
        FinalizeMpi = (delegate* unmanaged<int>)Find("MPI_Finalize");
        Abort = (delegate* unmanaged<nint, int, int>)Find("MPI_Abort");
        CommRank = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_rank");
        CommSize = (delegate* unmanaged<nint, int*, int>)Find("MPI_Comm_size");
        CommSplit = (delegate* unmanaged<nint, int, int, nint*, int>)Find("MPI_Comm_split");
        CommFree = (delegate* unmanaged<nint*, int>)Find("MPI_Comm_free");
        CommSetErrhandler = (delegate* unmanaged<nint, nint, int>)Find("MPI_Comm_set_errhandler");
        Allreduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Find("MPI_Allreduce");
        Iallreduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Find("MPI_Iallreduce");
        Allgather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Find("MPI_Allgather");
        Iallgather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Find("MPI_Iallgather");
        Allgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Find("MPI_Allgatherv");
        Iallgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Find("MPI_Iallgatherv");
        Alltoall = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Find("MPI_Alltoall");
        Ialltoall = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Find("MPI_Ialltoall");
        Alltoallv = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, int>)Find("MPI_Alltoallv");
        Ialltoallv = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>)Find("MPI_Ialltoallv");
        Bcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Find("MPI_Bcast");
        Ibcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Find("MPI_Ibcast");
        Barrier = (delegate* unmanaged<nint, int>)Find("MPI_Barrier");
        Ibarrier = (delegate* unmanaged<nint, nint*, int>)Find("MPI_Ibarrier");
        Isend = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Isend");
        Irecv = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Find("MPI_Irecv");
        Iprobe = (delegate* unmanaged<int, int, nint, int*, void*, int>)Find("MPI_Iprobe");
        Test = (delegate* unmanaged<nint*, int*, void*, int>)Find("MPI_Test");
        GetCount = (delegate* unmanaged<void*, nint, int*, int>)Find("MPI_Get_count");
        _errorString = (delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string");
        _libraryVersion = (delegate* unmanaged<byte*, int*, int>)Find("MPI_Get_library_version");
    }

    public MpiFamily Family { get; }

    public MpiHandles Handles { get; }

    /// <summary>What the library calls itself, in one line.</summary>
    public string Version
    {
        get
        {
            byte* text = stackalloc byte[VersionCapacity];
            int length = 0;
            Check(_libraryVersion(text, &length), "MPI_Get_library_version");
            string all = Encoding.UTF8.GetString(text, length).Trim('\0', '\n', ' ');
            int end = all.IndexOf('\n', StringComparison.Ordinal);
            return string.Join(' ', (end < 0 ? all : all[..end]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

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

    private string Describe(int code)
    {
        byte* text = stackalloc byte[ErrorTextCapacity];
        int length = 0;
        if (_errorString(code, text, &length) != 0)
        {
            return $"MPI error {code}";
        }

        return Encoding.UTF8.GetString(text, length).Trim('\0', '\n', ' ').ReplaceLineEndings("; ");
    }
}
