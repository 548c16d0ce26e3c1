using System.Globalization;
using Compression.Tracking.Files;

namespace Compression.Experiments.Plots.Pictures;

/// <summary>The data of a picture: what it draws, and what others may draw anew.</summary>
/// <param name="columns">Names with units, for example <c>seconds</c>.</param>
internal sealed class PlotTable(params string[] columns)
{
    private readonly Dictionary<string, int> _places = columns.Index().ToDictionary(column => column.Item, column => column.Index);
    private readonly List<IReadOnlyList<object>> _rows = [];

    /// <summary>Column names.</summary>
    public IReadOnlyList<string> Columns { get; } = columns;

    /// <summary>Rows: texts, whole numbers, doubles.</summary>
    public IReadOnlyList<IReadOnlyList<object>> Rows => _rows;

    /// <summary>Adds a row with a field for each column; what is not finite becomes an empty field.</summary>
    public void Add(params object[] fields)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(fields.Length, Columns.Count);
        _rows.Add([.. fields.Select(field => field is double number && !double.IsFinite(number) ? "" : field)]);
    }

    /// <summary>Place of a column, from 0.</summary>
    public int Column(string name) => _places.TryGetValue(name, out int place) ? place : throw new ArgumentException($"no column {name}", nameof(name));

    /// <summary>The rows that fulfil conditions.</summary>
    /// <param name="conditions">Columns, and the value that each must have.</param>
    public IEnumerable<IReadOnlyList<object>> RowsWhere(IReadOnlyList<(string Column, object Value)> conditions)
    {
        (int Place, object Value)[] places = [.. conditions.Select(condition => (Column(condition.Column), condition.Value))];
        return _rows.Where(row => places.All(condition => row[condition.Place].Equals(condition.Value)));
    }

    /// <summary>The finite values of a column.</summary>
    public IEnumerable<double> Values(string name)
    {
        int index = Column(name);
        return _rows.Select(row => row[index]).Where(field => field is not string).Select(field => Convert.ToDouble(field, CultureInfo.InvariantCulture));
    }

    /// <summary>The file's content: a header, then the rows, doubles at the shortest text that reads back to the same bits.</summary>
    public string ToCsv() => CsvText.Of([Columns, .. _rows]);
}
