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
        var metrics = Rows(folder, RunFiles.Metrics, name, notes, Metric);
        var evaluations = Rows(folder, RunFiles.Evaluations, name, notes, Evaluation);
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

    private static MetricsRecord Metric(CsvRows rows, int row) => new()
    {
        Step = rows.Count64(row, "step"),
        Epoch = rows.Number(row, "epoch"),
        Tokens = rows.Count64(row, "tokens"),
        TrainLoss = rows.Number(row, "train_loss"),
        LearningRate = rows.Number(row, "learning_rate"),
        WordsPerSecond = rows.Number(row, "words_per_second"),
        GradNorm = rows.Number(row, "grad_norm"),
        ResidualNorm = rows.Number(row, "residual_norm"),
        WireBytesTotal = rows.Count64(row, "wire_bytes_total"),
        SecondsTotal = rows.Number(row, "seconds_total"),
        Seconds = new PhaseSeconds(
            Seconds(rows, row, "forward_backward"), Seconds(rows, row, "compress"), Seconds(rows, row, "communicate"), Seconds(rows, row, "decompress"),
            Seconds(rows, row, "update"), Seconds(rows, row, "evaluate"), Seconds(rows, row, "checkpoint"))
        {
            Hidden = Seconds(rows, row, "hidden"),
        },
    };

    private static EvaluationRecord Evaluation(CsvRows rows, int row) => new()
    {
        Step = rows.Count64(row, "step"),
        Epoch = rows.Number(row, "epoch"),
        Tokens = rows.Count64(row, "tokens"),
        Split = rows.Text(row, "split"),
        Loss = rows.Number(row, "loss"),
        WireBytesTotal = rows.Count64(row, "wire_bytes_total"),
        SecondsTotal = rows.Number(row, "seconds_total"),
    };

    // A part that an older version did not measure took no time that it knew of.
    private static double Seconds(CsvRows rows, int row, string part) =>
        rows.Number(row, part + "_seconds") is var seconds && double.IsFinite(seconds) ? seconds : 0;
}
