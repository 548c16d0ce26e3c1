using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Google.Protobuf;

namespace Compression.Tracking.Wandb.Log;

/// <summary>
/// The <c>.wandb</c> file of a run in progress. It is the queue between training and the sender as well: a record is on the disk when
/// <see cref="Append"/> returns, the sender reads it from there when it comes to it, and nothing is held in memory meanwhile. A
/// continued run goes on in the same file, so that rows keep their numbers. For several threads.
/// </summary>
internal sealed class RunLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _lastSteps = [];
    private readonly FileStream _lock;
    private readonly FileStream _stream;
    private readonly BlockWriter _writer;
    private long _records;
    private long _length;

    private RunLog(string path)
    {
        FullPath = path;
        _lock = Exclusive(path);
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            // A file shorter than its header holds nothing.
            if (_stream.Length < BlockFormat.FileHeader.Length)
            {
                _stream.SetLength(0);
            }
            else
            {
                ReadBack();
            }

            _writer = new BlockWriter(_stream);
            _length = _writer.Length;
        }
        catch
        {
            _stream?.Dispose();
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string FullPath { get; }

    /// <summary>Bytes that are whole records.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>The run as an earlier process described it; null in a new file.</summary>
    public RunRecord? Start { get; private set; }

    /// <summary>Rows of history.</summary>
    public long Rows { get; private set; }

    /// <summary>Called after each record, on the thread that added it.</summary>
    public Action? Appended { get; set; }

    /// <summary>Opens the file, or starts it. What a kill left of a last record goes away, and so does the mark of the end.</summary>
    /// <exception cref="UserErrorException">The file cannot be written, is in use, or is damaged.</exception>
    public static RunLog Open(string path)
    {
        RunLog? log = null;
        try
        {
            WriteFailure.Guard(() =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                log = new RunLog(path);
            });
        }
        catch (InvalidDataException damage)
        {
            throw new UserErrorException(ExitCode.Failure, $"'{path}': {damage.Message}; move it away to start a new one.", damage);
        }

        return log!;
    }

    /// <summary>Keeps other processes from the run's files until it is disposed.</summary>
    /// <exception cref="UserErrorException">Another process has them.</exception>
    public static FileStream Exclusive(string path)
    {
        string file = path + ".lock";
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException cause) when (File.Exists(file))
        {
            throw new UserErrorException(ExitCode.Failure, $"'{path}' is in use by a run or a sync in progress; wait for its end.", cause);
        }
    }

    /// <summary>Adds a record.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Append(Record record)
    {
        lock (_gate)
        {
            record.Num = ++_records;
            WriteFailure.Guard(() => _writer.Append(record.ToByteArray()));
            Interlocked.Exchange(ref _length, _writer.Length);
        }

        Appended?.Invoke();
    }

    /// <summary>
    /// Adds a row and gives it the next number; a row that was logged before the run was interrupted, and comes again, is left out.
    /// </summary>
    /// <returns>The row with its number; null where it was left out.</returns>
    public IReadOnlyList<Item>? AppendRow(IReadOnlyList<Item> figures, string stepName)
    {
        if (HistoryLine.Number(figures, stepName) is { } step && _lastSteps.TryGetValue(KindOf(figures), out long last) && step <= last)
        {
            return null;
        }

        IReadOnlyList<Item> row = [.. figures, Item.Of(HistoryLine.Step, HistoryLine.Json(Rows))];
        Append(new Record { History = new() { Item = { row }, Step = new() { Num = Rows } } });
        Rows++;
        return row;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    // Rows with the same names are of one series.
    private static string KindOf(IReadOnlyList<Item> figures) =>
        string.Join(',', figures.Select(figure => figure.Name).Where(name => name[0] != '_'));

    private void ReadBack()
    {
        using var reader = new BlockReader(FullPath);
        long whole = reader.Position;
        bool hasEnded = false;
        while (reader.TryRead(_stream.Length, out var bytes))
        {
            var record = Record.Read(bytes);
            switch (record)
            {
                case { Exit: not null }:
                    hasEnded = true;
                    continue;
                case { Run: { } run }:
                    Start = run;
                    break;
                case { History.Item: var row }:
                    Rows = Math.Max(Rows + 1, (HistoryLine.StepOf(row) ?? 0) + 1);
                    if (HistoryLine.Number(row, "step") is { } step)
                    {
                        string kind = KindOf(row);
                        _lastSteps[kind] = Math.Max(step, _lastSteps.GetValueOrDefault(kind));
                    }

                    break;
            }

            (whole, _records, hasEnded) = (reader.Position, Math.Max(_records + 1, record.Num), false);
        }

        if (Start is null && reader.DamagedAt is { } at)
        {
            throw new InvalidDataException($"it is damaged at byte {at}, and the run's description is lost");
        }

        // A damaged record stays, so that a sync tells of it.
        whole = reader.DamagedAt >= whole && !hasEnded ? _stream.Length : whole;

        // Without a description the file is as good as new.
        (whole, _records) = Start is null ? (0, 0) : (whole, _records);
        _stream.SetLength(whole);
    }
}
