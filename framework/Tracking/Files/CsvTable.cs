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
    /// Null to start anew. Otherwise rows of later steps, which will come again, and a torn last row are dropped first; parts of the time
    /// that the file has no columns for get them, with 0.
    /// </param>
    /// <exception cref="UserErrorException">The file cannot be written, or has other columns than such.</exception>
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
        string content = File.ReadAllText(path);
        int rows = content.IndexOf('\n') + 1;

        // A header that was torn by a kill holds no rows: the table starts anew.
        if (rows == 0 && header.StartsWith(content, StringComparison.Ordinal))
        {
            return header;
        }

        string[] names = content[..Math.Max(0, rows - 1)].Split(',');
        if (!_columns.Where(column => names.Contains(column.Name) || !RowColumns.IsPartOfTime(column.Name)).Select(column => column.Name).SequenceEqual(names))
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"'{path}' has other columns than this version writes; choose another --out and name the checkpoint with --resume");
        }

        // None of the columns needs quotes, so commas part fields. What follows the last line break was torn.
        var kept = new StringBuilder(header);
        foreach (string line in content[rows..].Split('\n')[..^1])
        {
            string[] fields = line.Split(',');

            // A part of the time that the version which began the table did not measure took no time that it knew of.
            string Field(string column) => Array.IndexOf(names, column) is >= 0 and var index ? fields[index] : "0";
            if (fields.Length == names.Length && StepOf(fields[0]) is { } step && step <= lastStep)
            {
                kept.AppendJoin(',', _columns.Select(column => Field(column.Name))).Append('\n');
            }
        }

        return kept.ToString();
    }

    private static long? StepOf(string field) => long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : null;
}
