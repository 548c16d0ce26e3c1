using System.Globalization;
using CsvHelper;

namespace Compression.Experiments.Plots.Runs;

/// <summary>The rows of a run's CSV file by column name. A run may be writing it, or may have been killed while it did.</summary>
internal sealed class CsvRows
{
    private readonly Dictionary<string, int> _columns;
    private readonly List<string[]> _rows;

    private CsvRows(Dictionary<string, int> columns, List<string[]> rows, int left) => (_columns, _rows, LeftOut) = (columns, rows, left);

    /// <summary>Number of whole rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Lines that were left out because they are torn or hold another number of fields.</summary>
    public int LeftOut { get; }

    /// <summary>Reads a file; a last line without its line break is torn, whatever it holds.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CsvRows Read(string path)
    {
        string text;
        using (var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)))
        {
            text = file.ReadToEnd();
        }

        int whole = text.LastIndexOf('\n') + 1;
        int left = whole < text.Length ? 1 : 0;
        using var reader = CsvReader.Create(new StringReader(text[..whole]), new CsvReaderOptions { Separator = ',', AllowLineBreaksInQuotes = false });
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string header in reader.Headers)
        {
            columns.TryAdd(header, columns.Count);
        }

        var rows = new List<string[]>();
        while (reader.Read())
        {
            if (reader.FieldCount == columns.Count)
            {
                rows.Add([.. Enumerable.Range(0, columns.Count).Select(reader.GetString)]);
            }
            else
            {
                left++;
            }
        }

        return new CsvRows(columns, rows, left);
    }

    /// <summary>A field's text; empty where the file has no such column.</summary>
    public string Text(int row, string column) => _columns.TryGetValue(column, out int index) ? _rows[row][index] : "";

    /// <summary>A field's number; NaN where there is none.</summary>
    public double Number(int row, string column) =>
        double.TryParse(Text(row, column), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    /// <summary>A field's number; 0 where there is none, or it is not finite.</summary>
    public double Finite(int row, string column) => Number(row, column) is var value && double.IsFinite(value) ? value : 0;
}
