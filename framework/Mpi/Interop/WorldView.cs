using Compression.Core.Reporting;

namespace Compression.Mpi.Interop;

/// <summary>
/// What a library answers when it is first asked about the world. One that is not what it was taken for has other numbers for its handles, and
/// so answers nonsense or an error; one that is not the launcher's takes each rank for a world of its own.
/// </summary>
/// <param name="Code">An MPI error code; 0 is success.</param>
/// <param name="Rank">Of this process.</param>
/// <param name="Size">Ranks in all.</param>
internal readonly record struct WorldView(int Code, int Rank, int Size)
{
    /// <summary>Asks a library that has been initialized.</summary>
    public static unsafe WorldView Of(MpiLibrary library)
    {
        int rank = -1;
        int size = 0;
        int code = library.ReturnErrors(library.World);
        code = code != 0 ? code : library.CommSize(library.World, &size);
        code = code != 0 ? code : library.CommRank(library.World, &rank);
        return new WorldView(code, rank, size);
    }

    /// <summary>Holds the answers to each other and to what the launcher says.</summary>
    /// <param name="loaded">The library.</param>
    /// <param name="environment">Of this rank.</param>
    /// <exception cref="UserErrorException">They do not agree (3).</exception>
    public void Expect(LoadedMpi loaded, MpiEnvironment environment)
    {
        // Ranks that fail alike say the same, and it is told once.
        string? fault = Code != 0 ? FormattableString.Invariant($"answers with error {Code} when it is asked for its ranks")
            : Size != (environment.Size ?? Math.Max(1, Size)) ? FormattableString.Invariant($"sees {Size} ranks where {environment.Size ?? 1} were started")
            : Rank != (environment.Rank ?? Math.Clamp(Rank, 0, Size - 1)) ? "numbers the ranks otherwise than they were started"
            : null;
        if (fault is not null)
        {
            throw loaded.Unfit(fault);
        }
    }
}
