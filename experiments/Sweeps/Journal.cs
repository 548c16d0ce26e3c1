using System.Globalization;
using System.Text;
using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Experiments.Sweeps;

/// <summary>
/// What happened in a sweep, a JSON object a line, only ever added to. A line is forced to the disk before the sweep goes on, so a kill
/// loses at most the line in hand.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _stream;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    private Journal(FileStream stream, TimeProvider time) => (_stream, _time) = (stream, time);

    /// <summary>Opens it at its end; a line that a kill tore is taken away.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: a line inside is damaged.</exception>
    public static Journal Open(string path, TimeProvider time)
    {
        _ = Read(path);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        stream.SetLength(Array.LastIndexOf(content, (byte)'\n') + 1);
        stream.Seek(0, SeekOrigin.End);
        return new Journal(stream, time);
    }

    /// <summary>Reads what is whole; while another process writes, too. A missing file holds nothing.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: a line inside is damaged.</exception>
    public static IReadOnlyList<JournalEntry> Read(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        string text = new StreamReader(stream, Encoding.UTF8).ReadToEnd();
        var entries = new List<JournalEntry>();
        foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                entries.Add(JsonSerializer.Deserialize(line, JournalJsonContext.Default.JournalEntry) ?? throw new JsonException("null"));
            }
            catch (JsonException cause)
            {
                throw new UserErrorException(
                    ExitCode.Checkpoint,
                    $"{path}, line {(entries.Count + 1).ToString(CultureInfo.InvariantCulture)}: damaged; remove that line, finished trials are known by their summary.json.", cause);
            }
        }

        return entries;
    }

    /// <summary>Adds a line, and waits for the disk. May be called by several threads.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="fill">Fills in the rest.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Failure"/>: it cannot be written.</exception>
    public void Add(JournalEvent what, Func<JournalEntry, JournalEntry> fill)
    {
        var entry = fill(new JournalEntry { Event = what, Time = _time.GetUtcNow() });
        byte[] line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, JournalJsonContext.Default.JournalEntry) + "\n");
        try
        {
            lock (_gate)
            {
                _stream.Write(line);
                _stream.Flush(flushToDisk: true);
            }
        }
        catch (IOException cause)
        {
            throw new UserErrorException(
                ExitCode.Failure, $"{_stream.Name}: cannot be written ({WriteFailure.OneLine(cause.Message)}); free space, then ./run.sh sweep resume.", cause);
        }
    }

    public void Dispose() => _stream.Dispose();
}
