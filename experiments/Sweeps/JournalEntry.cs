using System.Text.Json;
using System.Text.Json.Serialization;

namespace Compression.Experiments.Sweeps;

/// <summary>What a line of the journal tells.</summary>
internal enum JournalEvent
{
    /// <summary>A process took the sweep over.</summary>
    Opened,

    /// <summary>A trial joined the sweep.</summary>
    Planned,

    /// <summary>A trial's run was started, or goes on.</summary>
    Started,

    /// <summary>A trial's run has ended.</summary>
    Finished,
}

/// <summary>A line of the journal; what does not belong to its event is missing.</summary>
internal sealed record JournalEntry
{
    /// <summary>What happened.</summary>
    public required JournalEvent Event { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The trial's id.</summary>
    public string? Trial { get; init; }

    /// <summary>Opened: the process of the sweep. Started: that of the run.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Opened: the folder from which relative paths of the grid start.</summary>
    public string? Folder { get; init; }

    /// <summary>Opened: trials at a time.</summary>
    public int? Jobs { get; init; }

    /// <summary>Planned: the trial's options.</summary>
    public IReadOnlyDictionary<string, string>? Values { get; init; }

    /// <summary>Started, finished: which attempt, from 1.</summary>
    public int? Attempt { get; init; }

    /// <summary>Started: it goes on from a checkpoint.</summary>
    public bool? Resumed { get; init; }

    /// <summary>Started: the cores that it may use, as in <c>0,1</c>; missing where it may use all.</summary>
    public string? Cores { get; init; }

    /// <summary>Finished: the exit code; missing where the sweep was killed before it saw it.</summary>
    public int? Code { get; init; }

    /// <summary>Finished: completed, failed or interrupted.</summary>
    public string? Status { get; init; }

    /// <summary>Finished: wall-clock of this attempt; missing where nobody saw its end.</summary>
    public double? Seconds { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(JournalEventConverter)])]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;

/// <summary>Events in lower case.</summary>
internal sealed class JournalEventConverter() : JsonStringEnumConverter<JournalEvent>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
