using System.Globalization;
using System.Text;
using System.Text.Json;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Wandb.Upload;

/// <summary>
/// Turns the records of a log, from its beginning, into the server's lines; those that were confirmed before are counted and passed
/// over. The same log always gives the same lines at the same places.
/// </summary>
internal sealed class RunLines(UploadPace pace, Action<string> warn)
{
    private const string System = "system.";
    private readonly List<MetricRecord> _metrics = [];
    private readonly Dictionary<string, Item> _summary = [];
    private readonly List<string> _files = [];
    private long _history;
    private long _events;
    private long _output;
    private long _nextRow;

    /// <summary>The run's description; null before it came.</summary>
    public RunRecord? Start { get; private set; }

    /// <summary>The end; null before it came.</summary>
    public ExitRecord? Exit { get; private set; }

    /// <summary>Files to upload at the end.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Rows of history so far.</summary>
    public long Rows => _history;

    /// <summary>Rows that a damaged log has lost and the server had not confirmed before.</summary>
    public long LostRows { get; private set; }

    /// <summary>Takes a record; lines that the state does not count yet go into the batch.</summary>
    /// <param name="record">The next of the log.</param>
    /// <param name="afterDamage">The log was damaged before it: what its number leaves out is lost.</param>
    /// <param name="state">What the server has confirmed.</param>
    /// <param name="batch">Takes the lines.</param>
    public void Take(Record record, bool afterDamage, UploadState state, UploadBatch batch)
    {
        switch (record)
        {
            case { Run: { } run }:
                Start = run;
                break;
            case { Metric: { } metric }:
                _metrics.Add(metric);
                break;
            case { History.Item: var row }:
                Number(row, afterDamage, state);
                Add(HistoryLine.Of(row, state.FirstStep), ref _history, state.History, batch.AddHistory);
                break;
            case { Stats: { } sample }:
                Add(SystemLine(sample), ref _events, state.Events, batch.AddEvent);
                break;
            case { Output: { } output }:
                string stamp = Instant.TimeOf(output.Timestamp).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
                Add($"{stamp} {output.Line.TrimEnd('\n')}\n", ref _output, state.Output, batch.AddOutput);
                break;
            case { Summary.Update: var figures }:
                foreach (var item in figures)
                {
                    _summary[item.Name] = item;
                }

                batch.SetSummary(HistoryLine.Of([.. _summary.Values], state.FirstStep));
                break;
            case { Files.Files: var files }:
                _files.AddRange(files.Select(file => file.Path));
                break;
            case { Exit: { } exit }:
                Exit = exit;
                break;
        }
    }

    /// <summary>What the server is told of the run.</summary>
    public UpsertVariables Variables()
    {
        var run = Start!;
        static string? Given(string text) => text.Length > 0 ? text : null;
        return new UpsertVariables
        {
            Name = run.RunId,
            Project = run.Project,
            Entity = Given(run.Entity),
            GroupName = Given(run.RunGroup),
            DisplayName = Given(run.DisplayName),
            Notes = Given(run.Notes),
            Commit = Given(run.Git?.Commit ?? ""),
            Config = Config(),
            Host = Given(run.Host),
            Program = "./run.sh",
            JobType = Given(run.JobType),
            State = "running",
            Sweep = Given(run.SweepId),
            Tags = run.Tags.Count > 0 ? run.Tags : null,
        };
    }

    // {name: {"value": ...}}, and under "_wandb" what the server asks of every client: t, without which a resumed run passes for one
    // never started, and m, the axes of charts, as messages with field numbers for names.
    private string Config()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var item in Start!.Config?.Update ?? [])
            {
                writer.WriteStartObject(item.Name);
                writer.WritePropertyName("value");
                writer.WriteRawValue(item.Json);
                writer.WriteEndObject();
            }

            writer.WriteStartObject("_wandb");
            writer.WriteStartObject("value");
            writer.WriteStartObject("t");
            writer.WriteString("13", "linux");
            writer.WriteEndObject();
            writer.WriteStartArray("m");
            foreach (var metric in _metrics)
            {
                WriteAxis(writer, metric);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void WriteAxis(Utf8JsonWriter writer, MetricRecord metric)
    {
        writer.WriteStartObject();
        writer.WriteString("1", metric.Name);
        if (metric.StepMetric.Length > 0)
        {
            writer.WriteNumber("5", _metrics.FindIndex(other => other.Name == metric.StepMetric) + 1);
        }

        writer.WriteStartArray("6");
        if (metric.StepMetric.Length > 0)
        {
            writer.WriteNumberValue(1);
        }

        writer.WriteNumberValue(3);
        writer.WriteEndArray();
        writer.WriteStartArray("7");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private string SystemLine(StatsRecord sample)
    {
        var time = Instant.TimeOf(sample.Timestamp);
        double seconds = (time - DateTimeOffset.UnixEpoch).TotalSeconds;
        double runtime = Start is null ? 0 : (time - Instant.TimeOf(Start.StartTime)).TotalSeconds;
        return HistoryLine.Of(
        [
            .. sample.Item.Select(item => Item.Of(System + item.Name, item.Json)),
            Item.Of("_wandb", "true"),
            Item.Of(HistoryLine.Timestamp, HistoryLine.Json(seconds)),
            Item.Of(HistoryLine.Runtime, HistoryLine.Json(runtime)),
        ]);
    }

    // Rows that were confirmed before they were lost keep their places on the server; those that were lost before as well have none.
    private void Number(IReadOnlyList<Item> row, bool afterDamage, UploadState state)
    {
        long number = HistoryLine.StepOf(row) ?? _nextRow;
        if (afterDamage && number > _nextRow)
        {
            long missing = number - _nextRow, again = Math.Clamp(state.LostRows - LostRows, 0, missing);
            long known = Math.Clamp(state.History - _history, 0, missing - again);
            _history += known;
            LostRows += missing - known;
        }

        _nextRow = number + 1;
    }

    private void Add(string line, ref long count, long confirmed, Action<string> add)
    {
        if (Encoding.UTF8.GetByteCount(line) > pace.LineBytes)
        {
            warn("Weights & Biases takes no line as long as one of this run's; it stays on the disk alone");
            return;
        }

        if (++count > confirmed)
        {
            add(line);
        }
    }
}
