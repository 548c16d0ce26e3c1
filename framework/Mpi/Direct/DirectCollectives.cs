using Compression.Mpi.Interop;
using Compression.Mpi.Requests;

namespace Compression.Mpi.Direct;

/// <summary>The collectives that this project does itself over messages, on a communicator of their own so that they mix with nobody's.</summary>
internal sealed unsafe class DirectCollectives : IDisposable
{
    private readonly MpiLibrary _library;
    private readonly ExchangeWait _wait;
    private readonly int _size;
    private nint _communicator;

    /// <summary>All ranks of the communicator call it.</summary>
    /// <param name="library">Of the ranks.</param>
    /// <param name="wait">How to wait.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="size">n.</param>
    public DirectCollectives(MpiLibrary library, ExchangeWait wait, nint communicator, int rank, int size)
    {
        (_library, _wait, _size) = (library, wait, size);
        nint own = 0;
        wait.Check(library.CommSplit(communicator, 0, rank, &own), "MPI_Comm_split");
        wait.Check(library.ReturnErrors(own), "MPI_Comm_set_errhandler");
        _communicator = own;
        ChunkLane Lane() => new(library, wait, _communicator);
        AllReduce = new DirectAllReduce(rank, size, wait, Lane);
        AllToAll = new DirectAllToAll(rank, size, wait, Lane);
        AllGather = new RingAllGather(rank, size, wait, Lane(), Lane());
    }

    /// <summary>Sums of floats.</summary>
    public DirectAllReduce AllReduce { get; }

    /// <summary>Bytes to each.</summary>
    public DirectAllToAll AllToAll { get; }

    /// <summary>Payloads to all.</summary>
    public RingAllGather AllGather { get; }

    /// <summary>Whether an exchange of so many bytes in all is worth dividing: else the few rounds of the library's own are faster.</summary>
    public bool IsLarge(long bytes) => bytes >= (long)_size * ChunkLane.ChunkBytes;

    /// <summary>Gives the communicator back, together with the other ranks.</summary>
    public void Dispose()
    {
        nint own = _communicator;
        _communicator = 0;
        if (own != 0)
        {
            _wait.Check(_library.CommFree(&own), "MPI_Comm_free");
        }
    }
}
