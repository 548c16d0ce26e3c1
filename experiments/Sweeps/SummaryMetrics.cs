using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Compression.Core.Reporting;

namespace Compression.Experiments.Sweeps;

/// <summary>The numbers of summary.json by their names there, levels joined by dots.</summary>
internal static class SummaryMetrics
{
    private static readonly IReadOnlyList<(string Name, Func<RunSummary, object?> Read)> s_numbers = [.. Numbers(typeof(RunSummary), "", static summary => summary)];

    /// <summary>All names, in the order of the file.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_numbers.Select(number => number.Name)];

    /// <summary>The number of that name; NaN where the run has none.</summary>
    public static double Read(RunSummary summary, string name) =>
        s_numbers.First(number => number.Name == name).Read(summary) is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : double.NaN;

    private static IEnumerable<(string Name, Func<RunSummary, object?> Read)> Numbers(Type type, string prefix, Func<RunSummary, object?> owner)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string name = prefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            object? Read(RunSummary summary) => property.GetValue(owner(summary));
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (kind == typeof(double) || kind == typeof(long) || kind == typeof(int))
            {
                yield return (name, Read);
            }
            else if (kind.Assembly == typeof(RunSummary).Assembly)
            {
                foreach (var below in Numbers(kind, name + ".", Read))
                {
                    yield return below;
                }
            }
        }
    }
}
