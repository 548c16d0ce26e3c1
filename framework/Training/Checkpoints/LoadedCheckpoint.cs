using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>A checkpoint whose checksums were right when it was opened. Reads the arrays on demand.</summary>
public sealed class LoadedCheckpoint : IDisposable
{
    private readonly SafetensorsFile _rankFile;

    private LoadedCheckpoint(string folder, TrainingState state, SafetensorsFile model, SafetensorsFile rankFile)
    {
        Folder = folder;
        State = state;
        Model = model;
        _rankFile = rankFile;
        RankState = StateFile.Reader(rankFile);
    }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>Where the run stood.</summary>
    public TrainingState State { get; }

    /// <summary>The model's parameters.</summary>
    public SafetensorsFile Model { get; }

    /// <summary>No rank had anything to save.</summary>
    public bool IsStateless => !_rankFile.Tensors.Any();

    /// <summary>What this rank had saved.</summary>
    public IStateReader RankState { get; }

    /// <summary>Opens a checkpoint to go on from.</summary>
    /// <param name="folder">A folder that <see cref="CheckpointStore"/> wrote.</param>
    /// <param name="rank">Whose state is wanted.</param>
    /// <param name="worldSize">Workers of this run.</param>
    /// <param name="modelFingerprint">Of this run's model.</param>
    /// <param name="options">This run's, as in <see cref="TrainingState.Options"/>.</param>
    /// <param name="placement">This run's, as in <see cref="TrainingState.Placement"/>.</param>
    /// <param name="otherRanks">
    /// Another number of workers or another placement is welcome where none of those who wrote it has left state of its own.
    /// </param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Checkpoint"/>: a file is missing or damaged, or the checkpoint belongs to another run.
    /// </exception>
    public static LoadedCheckpoint Open(
        string folder, int rank, int worldSize, uint modelFingerprint, IReadOnlyDictionary<string, string> options, string? placement = null,
        bool otherRanks = false)
    {
        var state = Verify(folder);
        bool others = otherRanks && Enumerable.Range(0, state.WorldSize).All(writer => IsEmpty(folder, writer));
        state.RequireMatch(folder, others ? state.WorldSize : worldSize, others ? state.Placement : placement, modelFingerprint, options);
        rank = others ? 0 : rank;
        var model = SafetensorsFile.Open(Path.Combine(folder, CheckpointNames.Model));
        try
        {
            return new LoadedCheckpoint(folder, state, model, SafetensorsFile.Open(Path.Combine(folder, CheckpointNames.Rank(rank))));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Name of the file with the checksums of all others.</summary>
    public const string Checksums = ChecksumList.FileName;

    /// <summary>Reads where a run stood; of the checkpoint's files this one alone is compared with its checksum.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: it is missing or damaged; names an older one that is intact.</exception>
    public static TrainingState ReadState(string folder) => WithCure(folder, () => ReadState(folder, ChecksumList.Read(folder)));

    /// <summary>Compares every file of a checkpoint with its checksum.</summary>
    /// <returns>The state of the run that wrote it.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: a file is missing or damaged; names an older one that is intact.</exception>
    public static TrainingState Verify(string folder) => WithCure(folder, () => VerifyFiles(folder));

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        Model.Dispose();
        _rankFile.Dispose();
    }

    private static bool IsIntact(string folder)
    {
        try
        {
            _ = Guarded(folder, () => VerifyFiles(folder));
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static bool IsEmpty(string folder, int rank)
    {
        using var file = SafetensorsFile.Open(Path.Combine(folder, CheckpointNames.Rank(rank)));
        return !file.Tensors.Any();
    }

    private static TrainingState WithCure(string folder, Func<TrainingState> read)
    {
        try
        {
            return Guarded(folder, read);
        }
        catch (UserErrorException damage) when (FindIntactBefore(folder) is { } older)
        {
            throw new UserErrorException(ExitCode.Checkpoint, $"{damage.Message}; {older} is intact", damage);
        }
    }

    private static string? FindIntactBefore(string damaged) => new CheckpointStore(Path.GetDirectoryName(damaged)!).List()
        .TakeWhile(folder => folder != damaged).Reverse().FirstOrDefault(IsIntact);

    private static TrainingState Guarded(string folder, Func<TrainingState> read)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(
                ExitCode.Checkpoint, $"{folder}: no such checkpoint; name a folder such as RUN/checkpoints/step-000100");
        }

        try
        {
            return read();
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Checkpoint, $"{folder}: cannot be read: {cause.Message}", cause);
        }
    }

    private static TrainingState ReadState(string folder, IReadOnlyDictionary<string, string> hashes)
    {
        ChecksumList.Verify(folder, CheckpointNames.State, hashes);
        string path = Path.Combine(folder, CheckpointNames.State);
        return TrainingState.FromJson(path, File.ReadAllBytes(path));
    }

    private static TrainingState VerifyFiles(string folder)
    {
        var hashes = ChecksumList.Read(folder);
        var state = ReadState(folder, hashes);
        if (hashes.Count != state.WorldSize + 2L)
        {
            throw ChecksumList.Damaged(
                Path.Combine(folder, ChecksumList.FileName),
                $"lists {hashes.Count} {Plural.Of(hashes.Count, "file")}, and of {state.WorldSize} {Plural.Of(state.WorldSize, "worker")} there are {state.WorldSize + 2L}");
        }

        foreach (string file in CheckpointNames.Files(state.WorldSize))
        {
            ChecksumList.Verify(folder, file, hashes);
        }

        return state;
    }
}
