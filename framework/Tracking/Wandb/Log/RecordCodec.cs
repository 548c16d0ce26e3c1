using Compression.Tracking.Protobuf;
using Items = System.Collections.Generic.IReadOnlyList<System.Collections.Generic.KeyValuePair<string, string>>;

namespace Compression.Tracking.Wandb.Log;

/// <summary>Records as messages of <c>wandb_internal.proto</c>; the numbers are that file's.</summary>
internal static class RecordCodec
{
    // Record
    private const int Number = 1, History = 2, Summary = 3, Files = 6, Stats = 7, Metric = 12, Output = 13, Run = 17, Exit = 18, Header = 21;

    // Items of config, history and summary: update in two of the three is field 1, as are history's items.
    private const int Item = 1, Key = 1, NestedKey = 2, ValueJson = 16, StatsItem = 3;
    private const long Ticks = TimeSpan.NanosecondsPerTick;

    /// <summary>Replaces the writer's content with a record.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="record">The record.</param>
    /// <param name="number">Its place in the file, from 1.</param>
    public static void Write(ProtobufWriter writer, RunRecord record, long number)
    {
        writer.Clear();
        writer.Integer(Number, number);
        switch (record)
        {
            case RunRecord.Header header:
                Nested(writer, Header, header, static (w, r) => Nested(w, 1, r, static (v, h) => v.Text(1, h.Producer)));
                break;
            case RunRecord.Start start:
                Nested(writer, Run, start, WriteRun);
                break;
            case RunRecord.Metric metric:
                Nested(writer, Metric, metric, WriteMetric);
                break;
            case RunRecord.History history:
                Nested(writer, History, history, WriteHistory);
                break;
            case RunRecord.Summary summary:
                Nested(writer, Summary, summary, static (w, r) => WriteItems(w, Item, r.Items));
                break;
            case RunRecord.System system:
                Nested(writer, Stats, system, static (w, r) =>
                {
                    WriteTime(w, 2, r.Time);
                    WriteItems(w, StatsItem, r.Items);
                });
                break;
            case RunRecord.Output output:
                Nested(writer, Output, output, static (w, r) =>
                {
                    w.Integer(1, 1);
                    WriteTime(w, 2, r.Time);
                    w.Text(3, r.Line + "\n");
                });
                break;
            case RunRecord.Files files:
                Nested(writer, Files, files, static (w, r) =>
                {
                    foreach (string path in r.Paths)
                    {
                        Nested(w, Item, path, static (v, p) =>
                        {
                            v.Text(1, p);
                            v.Integer(2, 1);
                        });
                    }
                });
                break;
            case RunRecord.Exit exit:
                Nested(writer, Exit, exit, static (w, r) =>
                {
                    w.Integer(1, r.Code);
                    w.Integer(2, (long)r.Seconds);
                });
                break;
        }
    }

    /// <summary>A record's place in the file, from 1; 0 where it does not say.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static long NumberOf(ReadOnlySpan<byte> message) => ReadInteger(message, Number);

    /// <summary>Reads a record; null for a kind that uploading has no use for.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static RunRecord? Read(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Header: return new RunRecord.Header("");
                case Run: return ReadRun(reader.Bytes());
                case Metric: return ReadMetric(reader.Bytes());
                case History: return new RunRecord.History(ReadItems(reader.Bytes(), Item));
                case Summary: return new RunRecord.Summary(ReadItems(reader.Bytes(), Item));
                case Stats: return ReadStats(reader.Bytes());
                case Output: return ReadOutput(reader.Bytes());
                case Files: return ReadFiles(reader.Bytes());
                case Exit: return ReadExit(reader.Bytes());
            }
        }

        return null;
    }

    private static void Nested<T>(ProtobufWriter writer, int field, T value, Action<ProtobufWriter, T> write)
    {
        int start = writer.Begin(field);
        write(writer, value);
        writer.End(start);
    }

    private static void WriteRun(ProtobufWriter writer, RunRecord.Start record)
    {
        var run = record.Run;
        writer.Text(1, run.Id);
        TextIfAny(writer, 2, run.Entity);
        writer.Text(3, run.Project);
        Nested(writer, 4, record.Config, static (w, config) => WriteItems(w, Item, config));
        TextIfAny(writer, 6, run.Group);
        TextIfAny(writer, 7, run.JobType);
        writer.Text(8, run.DisplayName);
        TextIfAny(writer, 9, run.Notes);
        foreach (string tag in run.Tags)
        {
            writer.Text(10, tag);
        }

        TextIfAny(writer, 12, run.Sweep);
        TextIfAny(writer, 13, run.Host);
        WriteTime(writer, 17, run.Start);
        if (run.Commit.Length > 0)
        {
            Nested(writer, 21, run.Commit, static (w, commit) => w.Text(2, commit));
        }
    }

    private static RunRecord.Start ReadRun(ReadOnlySpan<byte> message)
    {
        var run = new RunIdentity { Id = "", DisplayName = "", Project = "", Start = DateTimeOffset.UnixEpoch };
        Items config = [];
        var tags = new List<string>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: run = run with { Id = reader.Text() }; break;
                case 2: run = run with { Entity = reader.Text() }; break;
                case 3: run = run with { Project = reader.Text() }; break;
                case 4: config = ReadItems(reader.Bytes(), Item); break;
                case 6: run = run with { Group = reader.Text() }; break;
                case 7: run = run with { JobType = reader.Text() }; break;
                case 8: run = run with { DisplayName = reader.Text() }; break;
                case 9: run = run with { Notes = reader.Text() }; break;
                case 10: tags.Add(reader.Text()); break;
                case 12: run = run with { Sweep = reader.Text() }; break;
                case 13: run = run with { Host = reader.Text() }; break;
                case 17: run = run with { Start = ReadTime(reader.Bytes()) }; break;
                case 21: run = run with { Commit = ReadText(reader.Bytes(), 2) }; break;
            }
        }

        return new RunRecord.Start(run with { Tags = tags }, config);
    }

    private static void WriteMetric(ProtobufWriter writer, RunRecord.Metric metric)
    {
        writer.Text(1, metric.Name);
        TextIfAny(writer, 4, metric.Over ?? "");
        Nested(writer, 6, metric, static (w, r) =>
        {
            if (r.Over is not null)
            {
                w.Integer(1, 1);
            }

            w.Integer(3, 1);
        });
    }

    private static RunRecord.Metric ReadMetric(ReadOnlySpan<byte> message) =>
        new(ReadText(message, 1), ReadText(message, 4) is { Length: > 0 } over ? over : null);

    private static void WriteHistory(ProtobufWriter writer, RunRecord.History history)
    {
        WriteItems(writer, Item, history.Items);
        if (HistoryLine.StepOf(history.Items) is { } step)
        {
            Nested(writer, 2, step, static (w, number) => w.Integer(1, number));
        }
    }

    private static RunRecord.System ReadStats(ReadOnlySpan<byte> message) => new(TimeIn(message), ReadItems(message, StatsItem));

    private static RunRecord.Output ReadOutput(ReadOnlySpan<byte> message) => new(TimeIn(message), ReadText(message, 3).TrimEnd('\n'));

    private static RunRecord.Files ReadFiles(ReadOnlySpan<byte> message)
    {
        var paths = new List<string>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == Item)
            {
                paths.Add(ReadText(reader.Bytes(), 1));
            }
        }

        return new RunRecord.Files(paths);
    }

    private static RunRecord.Exit ReadExit(ReadOnlySpan<byte> message) => new((int)ReadInteger(message, 1), ReadInteger(message, 2));

    private static void WriteItems(ProtobufWriter writer, int field, Items items)
    {
        foreach (var item in items)
        {
            Nested(writer, field, item, static (w, pair) =>
            {
                w.Text(Key, pair.Key);
                w.Text(ValueJson, pair.Value);
            });
        }
    }

    private static List<KeyValuePair<string, string>> ReadItems(ReadOnlySpan<byte> message, int field)
    {
        var items = new List<KeyValuePair<string, string>>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                items.Add(ReadItem(reader.Bytes()));
            }
        }

        return items;
    }

    // Other writers may give a key in parts.
    private static KeyValuePair<string, string> ReadItem(ReadOnlySpan<byte> message)
    {
        string key = "", json = "null";
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Key: key = reader.Text(); break;
                case NestedKey: key += (key.Length > 0 ? "." : "") + reader.Text(); break;
                case ValueJson: json = reader.Text(); break;
            }
        }

        return KeyValuePair.Create(key, json);
    }

    private static void WriteTime(ProtobufWriter writer, int field, DateTimeOffset time) => Nested(writer, field, time, static (w, t) =>
    {
        w.Integer(1, t.ToUnixTimeSeconds());
        w.Integer(2, (t - DateTimeOffset.UnixEpoch).Ticks % TimeSpan.TicksPerSecond * Ticks);
    });

    private static DateTimeOffset TimeIn(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == 2)
            {
                return ReadTime(reader.Bytes());
            }
        }

        return DateTimeOffset.UnixEpoch;
    }

    private static DateTimeOffset ReadTime(ReadOnlySpan<byte> message)
    {
        long seconds = ReadInteger(message, 1);
        return seconds is >= 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(ReadInteger(message, 2) / Ticks)
            : throw new InvalidDataException("a record's time is out of range");
    }

    private static string ReadText(ReadOnlySpan<byte> message, int field)
    {
        string text = "";
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            text = reader.Field == field ? reader.Text() : text;
        }

        return text;
    }

    private static long ReadInteger(ReadOnlySpan<byte> message, int field)
    {
        long value = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            value = reader.Field == field ? reader.Integer() : value;
        }

        return value;
    }

    private static void TextIfAny(ProtobufWriter writer, int field, string text)
    {
        if (text.Length > 0)
        {
            writer.Text(field, text);
        }
    }
}
