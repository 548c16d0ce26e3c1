using System.Globalization;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>
/// A CSV file that grows by rows: a header line, invariant culture, doubles that read back to the same bits. A row goes to
/// the system in one write, so that a kill loses at most the row in hand.
/// </summary>
/// <typeparam name="TRow">The record that a row holds.</typeparam>
internal sealed class CsvTable<TRow> : IDisposable
{
    private readonly IReadOnlyList<RowColumn<TRow>> _columns;
    private readonly FileStream _stream;

    /// <summary>Starts the file anew, or continues it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">The columns in their order; the first is the step.</param>
    /// <param name="resumeStep">
    /// Null to start anew. Otherwise rows of later steps, which will come again, and a torn last row are dropped first.
    /// </param>
    /// <exception cref="UserErrorException">The file cannot be written, or has other columns.</exception>
    public CsvTable(string path, IReadOnlyList<RowColumn<TRow>> columns, long? resumeStep)
    {
        _columns = columns;
        var header = CsvText.Of([columns.Select(column => column.Name)]);
        FileStream? stream = null;
        WriteFailure.Guard(() =>
        {
            AtomicFile.WriteText(path, resumeStep is { } step && File.Exists(path) ? RowsUpTo(path, header, step) : header);
            stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        });
        _stream = stream!;
    }

    /// <summary>Adds a row.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Append(TRow row)
    {
        var bytes = Encoding.UTF8.GetBytes(CsvText.Of([_columns.Select(column => column.Value(row))]));
        WriteFailure.Guard(() => _stream.Write(bytes));
    }

    public void Dispose() => _stream.Dispose();

    private string RowsUpTo(string path, string header, long lastStep)
    {
        var content = File.ReadAllText(path);
        // A header that was torn by a kill holds no rows: the table starts anew.
        if (!content.StartsWith(header, StringComparison.Ordinal) && !header.StartsWith(content, StringComparison.Ordinal))
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"'{path}' has other columns than this version writes; choose another --out and name the checkpoint with --resume");
        }

        var kept = new StringBuilder(header);
        for (var start = header.Length; start < content.Length;)
        {
            var end = content.IndexOf('\n', start);
            if (end < 0)
            {
                break;
            }

            var row = content.AsSpan(start, end + 1 - start);
            if (IsComplete(row) && StepOf(row) is { } step && step <= lastStep)
            {
                kept.Append(row);
            }

            start = end + 1;
        }

        return kept.ToString();
    }

    // None of the columns needs quotes, so commas count fields.
    private bool IsComplete(ReadOnlySpan<char> row) => row.Count(',') == _columns.Count - 1;

    private static long? StepOf(ReadOnlySpan<char> row) =>
        long.TryParse(row[..Math.Max(0, row.IndexOf(','))], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
}
