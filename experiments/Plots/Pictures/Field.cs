using System.Globalization;

namespace Compression.Experiments.Plots.Pictures;

/// <summary>A coordinate of a mark: a column of the table, divided by a unit and moved; without a column, one number for all rows.</summary>
/// <param name="Column">Name of the column; empty: none.</param>
/// <param name="Unit">What its numbers are divided by.</param>
/// <param name="Offset">What is added then.</param>
internal readonly record struct Field(string Column, double Unit, double Offset)
{
    /// <summary>A column as it is.</summary>
    public static implicit operator Field(string column) => new(column, 1, 0);

    /// <summary>One number for all rows.</summary>
    public static implicit operator Field(double number) => new("", 1, number);

    /// <summary>A column in another unit.</summary>
    public static Field In(double unit, string column) => new(column, unit, 0);

    /// <summary>The same, moved.</summary>
    public static Field operator +(Field field, double offset) => field with { Offset = field.Offset + offset };

    /// <summary>The same, moved the other way.</summary>
    public static Field operator -(Field field, double offset) => field + -offset;

    /// <summary>The coordinate in a row; NaN where the row's field is empty.</summary>
    public double Of(PlotTable table, IReadOnlyList<object> row)
    {
        if (Column.Length == 0)
        {
            return Offset;
        }

        object field = row[table.Column(Column)];
        return field is string ? double.NaN : (Convert.ToDouble(field, CultureInfo.InvariantCulture) / Unit) + Offset;
    }
}
