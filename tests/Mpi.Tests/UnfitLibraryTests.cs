using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;

namespace Compression.Mpi.Tests;

/// <summary>A library that is not what it was taken for is refused by its name, before it exchanges anything.</summary>
public sealed class UnfitLibraryTests : IDisposable
{
    private const string Cure = "; set COMPRESSION_MPI to the launcher's own MPI.";

    private static readonly LoadedMpi s_loaded = new(0, MpiFamily.Mpich, "libother.so");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(0, 1, 3, "1", "3", null)]
    [InlineData(0, 0, 1, null, null, null)]
    [InlineData(0, 2, 5, null, null, null)]
    [InlineData(5, -1, 0, "1", "3", "answers with error 5 when it is asked for its ranks")]
    [InlineData(0, 0, 0, null, null, "sees 0 ranks where 1 were started")]
    [InlineData(0, 0, -7, null, null, "sees -7 ranks where 1 were started")]
    [InlineData(0, 0, 0, "0", "2", "sees 0 ranks where 2 were started")]
    [InlineData(0, 0, 1, "1", "3", "sees 1 ranks where 3 were started")]
    [InlineData(0, 2, 3, "1", "3", "numbers the ranks otherwise than they were started")]
    [InlineData(0, 4, 4, null, null, "numbers the ranks otherwise than they were started")]
    [InlineData(0, -1, 4, null, null, "numbers the ranks otherwise than they were started")]
    public void Answers_are_held_to_each_other_and_to_the_launcher(int code, int rank, int size, string? launchedRank, string? launchedSize, string? fault)
    {
        MpiEnvironment environment = new(name => name switch { "PMI_RANK" => launchedRank, "PMI_SIZE" => launchedSize, _ => null });
        Exception? refusal = Record.Exception(() => new WorldView(code, rank, size).Expect(s_loaded, environment));
        Assert.Equal(fault is null ? null : $"libother.so, taken for mpich, {fault}{Cure}", refusal?.Message);
        Assert.Equal(fault is null ? null : ExitCode.Environment, (refusal as UserErrorException)?.Code);
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    public void A_library_with_another_world_is_refused(string family)
    {
        Assert.Equal(Families.Mpich, family);
        ExpectRefusal("MPI_Comm_size", PatchedLibrary.Writes(0), "sees 0 ranks where 2 were started");
        ExpectRefusal("MPI_Comm_size", PatchedLibrary.Returns(5), "answers with error 5 when it is asked for its ranks");
        ExpectRefusal("MPI_Comm_rank", PatchedLibrary.Writes(7), "numbers the ranks otherwise than they were started");
    }

    [Theory]
    [MpiFamily(Families.Mpich)]
    public void A_library_that_is_none_of_mpi_is_refused(string family)
    {
        Assert.Equal(Families.Mpich, family);
        string library = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");
        JobResult result = RankJob.RunAndListen(library, 2, "laws");
        Assert.StartsWith($"error: {library}, taken for mpich, lacks a function of MPI-3 (", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(3, result.Code);
    }

    private void ExpectRefusal(string function, byte[] code, string fault)
    {
        string library = Path.Combine(_folder.FullName, "libmpich.so.12");
        PatchedLibrary.Write(Families.FileOf("libmpich.so.12"), library, function, code);
        JobResult result = RankJob.RunAndListen(library, 2, "laws");
        Assert.Equal([$"error: {library}, taken for mpich, {fault}{Cure}"], result.ErrorLines);
        Assert.Equal(3, result.Code);
    }
}
