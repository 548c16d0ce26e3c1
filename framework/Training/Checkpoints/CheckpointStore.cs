using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>
/// The checkpoints of a run, <c>step-000123/</c> each: <c>model.safetensors</c>, <c>state.json</c>, <c>rank-0.safetensors</c> and so
/// on, <c>SHA256SUMS</c>. A checkpoint is written under a hidden name, brought to the disk, and renamed: whenever the run is killed,
/// the newest folder of the plain form is complete. What a kill leaves behind is cleared by the next write.
/// </summary>
public sealed class CheckpointStore
{
    private readonly string _folder;
    private readonly int _keep;
    private readonly Action<string> _afterOperation;

    /// <param name="folder">Holds the checkpoints; created by the first write.</param>
    /// <param name="keep">Checkpoints that stay after a write, the new one included; at least 1.</param>
    public CheckpointStore(string folder, int keep = 2)
        : this(folder, keep, static _ => { })
    {
    }

    /// <param name="folder">Holds the checkpoints.</param>
    /// <param name="keep">Checkpoints that stay.</param>
    /// <param name="afterOperation">Called after each change of the disk, with its name: tests stop there.</param>
    internal CheckpointStore(string folder, int keep, Action<string> afterOperation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        _folder = folder;
        _keep = keep;
        _afterOperation = afterOperation;
    }

    /// <summary>
    /// Writes a checkpoint together with the other ranks; all call this at the same step. The folder must be the same for all, so on
    /// several machines it lies on a shared file system.
    /// </summary>
    /// <param name="contents">This rank's part.</param>
    /// <param name="rank">0 to n−1.</param>
    /// <param name="barrier">Returns when every rank has called it; called three times.</param>
    /// <returns>The folder of the checkpoint.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Failure"/>: the disk is full or cannot be written.</exception>
    public string Write(CheckpointContents contents, int rank, Action barrier)
    {
        try
        {
            return WriteTogether(contents, rank, barrier);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            ClearPartial(contents.State.Step);
            throw new UserErrorException(
                ExitCode.Failure,
                $"{_folder}: the checkpoint of step {contents.State.Step} cannot be written: {cause.Message.TrimEnd('.')}; free space or restore access, then "
                + (FindLatest() is null ? "start the run again" : "continue with --resume latest"),
                cause);
        }
    }

    /// <summary>The newest checkpoint; null where there is none.</summary>
    public string? FindLatest() => List() is [.., var newest] ? newest : null;

    /// <summary>Folders of all checkpoints, oldest first.</summary>
    public IReadOnlyList<string> List()
    {
        if (!Directory.Exists(_folder))
        {
            return [];
        }

        var steps = new SortedDictionary<long, string>();
        foreach (string path in Directory.EnumerateDirectories(_folder))
        {
            string name = Path.GetFileName(path);
            if (!File.Exists(Path.Combine(path, ChecksumList.FileName)))
            {
                continue; // Put there by other means than this class, and incomplete.
            }

            if (CheckpointNames.ParseStep(name) is { } step)
            {
                steps[step] = path;
            }
            else if (CheckpointNames.ParseMovedAside(name) is { } aside)
            {
                steps.TryAdd(aside, path);
            }
        }

        return [.. steps.Values];
    }

    // The job ends, so no rank goes on with it; and the disk may be full.
    private void ClearPartial(long step)
    {
        try
        {
            Directory.Delete(Path.Combine(_folder, CheckpointNames.BeingWritten(step)), recursive: true);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // It was not there yet, or is published; what is left of it the next write clears.
        }
    }

    private string WriteTogether(CheckpointContents contents, int rank, Action barrier)
    {
        long step = contents.State.Step;
        string partial = Path.Combine(_folder, CheckpointNames.BeingWritten(step));
        string final = Path.Combine(_folder, CheckpointNames.Step(step));
        if (rank == 0)
        {
            Directory.CreateDirectory(_folder);
            ClearLeftovers();
            Directory.CreateDirectory(partial);
            _afterOperation("create the partial folder");
        }

        barrier();
        StateFile.Write(Path.Combine(partial, CheckpointNames.Rank(rank)), contents.WriteRankState);
        _afterOperation(string.Create(CultureInfo.InvariantCulture, $"write rank {rank}"));
        if (rank == 0)
        {
            SafetensorsWriter.Save(Path.Combine(partial, CheckpointNames.Model), contents.ModelTensors, contents.WriteModel, contents.ModelMetadata);
            _afterOperation("write the model");
            WriteDurably(Path.Combine(partial, CheckpointNames.State), contents.State.ToJson());
        }
        else
        {
            contents.SendModel();
        }

        barrier();
        if (rank == 0)
        {
            byte[] checksums = ChecksumList.Compute(partial, CheckpointNames.Files(contents.State.WorldSize));
            WriteDurably(Path.Combine(partial, ChecksumList.FileName), checksums);
            DurableFolder.Flush(partial);
            Publish(step, partial, final);
            DeleteOld(final);
        }

        barrier();
        return final;
    }

    private void WriteDurably(string path, byte[] bytes)
    {
        using var stream = File.Create(path);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
        _afterOperation($"write {Path.GetFileName(path)}");
    }

    /// <summary>Renames the finished folder. An older one of the step moves aside first, and counts until the new one is there.</summary>
    private void Publish(long step, string partial, string final)
    {
        string aside = Path.Combine(_folder, CheckpointNames.MovedAside(step));
        if (Directory.Exists(final))
        {
            Directory.Move(final, aside);
            _afterOperation("move the older one aside");
        }

        Directory.Move(partial, final);
        _afterOperation("rename");
        DurableFolder.Flush(_folder);
        if (Directory.Exists(aside))
        {
            Delete(step, aside);
        }
    }

    private void DeleteOld(string newest)
    {
        var others = List().Where(path => path != newest).ToList();
        foreach (string path in others.Take(others.Count - (_keep - 1)))
        {
            Delete(CheckpointNames.ParseStep(Path.GetFileName(path))!.Value, path);
        }
    }

    /// <summary>Hides a folder before it is emptied, so that half a checkpoint is never taken for one.</summary>
    private void Delete(long step, string path)
    {
        string hidden = Path.Combine(_folder, CheckpointNames.BeingDeleted(step));
        Directory.Move(path, hidden);
        _afterOperation("hide an old one");
        Directory.Delete(hidden, recursive: true);
        _afterOperation("delete an old one");
    }

    private void ClearLeftovers()
    {
        foreach (string path in Directory.GetDirectories(_folder).Where(path => CheckpointNames.IsLeftover(Path.GetFileName(path))))
        {
            Directory.Delete(path, recursive: true);
            _afterOperation("delete a leftover");
        }

        foreach (string path in Directory.GetDirectories(_folder))
        {
            if (CheckpointNames.ParseMovedAside(Path.GetFileName(path)) is { } step)
            {
                RestoreOrDelete(step, path);
            }
        }
    }

    private void RestoreOrDelete(long step, string aside)
    {
        string final = Path.Combine(_folder, CheckpointNames.Step(step));
        if (Directory.Exists(final))
        {
            Delete(step, aside);
        }
        else
        {
            Directory.Move(aside, final);
            _afterOperation("move the older one back");
        }
    }
}
