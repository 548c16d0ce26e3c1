using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Tracking.Files;

/// <summary>A column of a table of records.</summary>
/// <param name="Name">As headers and trackers call it.</param>
/// <param name="Value">Its value in a row: a long, a double or a string.</param>
public sealed record RowColumn<TRow>(string Name, Func<TRow, object> Value);

/// <summary>
/// The columns of the tables in a run's folder: the properties of <see cref="MetricsRecord"/> and <see cref="EvaluationRecord"/> in the order of their declaration, in
/// snake_case. Where a property is a record itself, its parts are columns, with the property's name behind theirs: <c>compress_seconds</c>.
/// </summary>
public static class RowColumns
{
    /// <summary>Of metrics.csv.</summary>
    public static IReadOnlyList<RowColumn<MetricsRecord>> Metrics { get; } = Of<MetricsRecord>();

    /// <summary>Of evaluations.csv.</summary>
    public static IReadOnlyList<RowColumn<EvaluationRecord>> Evaluations { get; } = Of<EvaluationRecord>();

    /// <summary>Whether a column holds a part of the time, such as <c>compress_seconds</c>. Earlier versions measured fewer, so that their tables lack some.</summary>
    public static bool IsPartOfTime(string column) => column.EndsWith("_seconds", StringComparison.Ordinal);

    /// <summary>Makes a record from the fields of a row.</summary>
    /// <param name="field">Gives the field of a column: its name, and the type of the value.</param>
    public static TRow Read<TRow>(Func<string, Type, object> field) => (TRow)Read(typeof(TRow), null, field);

    private static RowColumn<TRow>[] Of<TRow>() => [.. PropertiesOf(typeof(TRow)).SelectMany(property => IsRecord(property)
        ? PropertiesOf(property.PropertyType).Select(part => new RowColumn<TRow>(NameOf(part, property), row => part.GetValue(property.GetValue(row))!))
        : [new RowColumn<TRow>(NameOf(property, null), row => property.GetValue(row)!)])];

    // Properties without a setter follow from the others.
    private static object Read(Type type, PropertyInfo? owner, Func<string, Type, object> field)
    {
        object row = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var property in PropertiesOf(type).Where(property => property.CanWrite))
        {
            property.SetValue(row, IsRecord(property) ? Read(property.PropertyType, property, field) : field(NameOf(property, owner), property.PropertyType));
        }

        return row;
    }

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type.GetProperties().OrderBy(property => property.MetadataToken);

    private static bool IsRecord(PropertyInfo property) => property.PropertyType.Assembly == typeof(MetricsRecord).Assembly;

    private static string NameOf(PropertyInfo property, PropertyInfo? owner) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name + owner?.Name);
}
