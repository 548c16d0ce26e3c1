using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Plots.Runs;

/// <summary>Reads a run's folder; what is missing or damaged there becomes a note, as a run may be going on or may have been killed.</summary>
internal static class RunReader
{
    /// <summary>Reads a folder that holds a config.json.</summary>
    /// <param name="folder">Full path.</param>
    /// <param name="name">How messages call it.</param>
    /// <exception cref="UserErrorException">config.json cannot be read: what was run is unknown.</exception>
    public static RunData Read(string folder, string name)
    {
        var notes = new List<string>();
        var options = RecordedRun.Read(folder).Values;
        var metrics = Rows(folder, RunFiles.Metrics, name, notes, Row<MetricsRecord>);
        var evaluations = Rows(folder, RunFiles.Evaluations, name, notes, Row<EvaluationRecord>);
        return new RunData
        {
            Name = name,
            Folder = folder,
            Options = options,
            Metrics = metrics,
            Evaluations = evaluations,
            Summary = Json(folder, RunFiles.Summary, "the run goes on, or was killed", name, notes, SummaryFile.Read),
            Machine = Json(folder, RunFiles.Environment, "the machine is unknown", name, notes, Machine),
            Notes = notes,
        };
    }

    private static List<TRow> Rows<TRow>(string folder, string file, string name, List<string> notes, Func<CsvRows, int, TRow> row)
    {
        try
        {
            var rows = CsvRows.Read(Path.Combine(folder, file));
            if (rows.LeftOut > 0)
            {
                notes.Add($"{name}: {file}: {rows.LeftOut} torn {Plural.Of(rows.LeftOut, "line")} left out");
            }

            return [.. Enumerable.Range(0, rows.Count).Select(index => row(rows, index))];
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{name}: no {file}");
            return [];
        }
    }

    private static TContent? Json<TContent>(
        string folder, string file, string meaning, string name, List<string> notes, Func<string, TContent> read)
        where TContent : class
    {
        try
        {
            return read(Path.Combine(folder, file));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{name}: no {file}: {meaning}");
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            notes.Add($"{name}: {file} is damaged, and left out");
        }

        return null;
    }

    private static MachineFacts Machine(string path)
    {
        string text = File.ReadAllText(path);
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new MachineFacts(
            root.GetProperty("cpu_model").GetString() ?? "", root.GetProperty("cores").GetInt32(), root.GetProperty("threads").GetInt32(),
            root.TryGetProperty("network", out var network) ? network.GetString() : null,
            root.GetProperty("data_sha256").EnumerateObject().ToDictionary(file => file.Name, file => file.Value.GetString() ?? "", StringComparer.Ordinal),
            text);
    }

    private static TRow Row<TRow>(CsvRows rows, int row) => RowColumns.Read<TRow>((column, type) =>
    {
        if (type == typeof(string))
        {
            return rows.Text(row, column);
        }

        // A part of the time that an older version did not measure took no time that it knew of.
        return type == typeof(long) ? (long)rows.Finite(row, column) : RowColumns.IsPartOfTime(column) ? rows.Finite(row, column) : (object)rows.Number(row, column);
    });
}
