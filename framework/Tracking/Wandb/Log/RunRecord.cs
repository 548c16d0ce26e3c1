namespace Compression.Tracking.Wandb.Log;

/// <summary>An entry of a run's log. Values of items are JSON texts.</summary>
internal abstract record RunRecord
{
    /// <summary>Who writes the file; it stands first.</summary>
    public sealed record Header(string Producer) : RunRecord;

    /// <summary>What is known of the run at its start; before all rows.</summary>
    public sealed record Start(RunIdentity Run, IReadOnlyList<KeyValuePair<string, string>> Config) : RunRecord;

    /// <summary>A figure, and the figure that it is drawn over; none for the latter itself.</summary>
    public sealed record Metric(string Name, string? Over) : RunRecord;

    /// <summary>A row of figures.</summary>
    public sealed record History(IReadOnlyList<KeyValuePair<string, string>> Items) : RunRecord;

    /// <summary>Figures that stand for the whole run; the later go over the earlier.</summary>
    public sealed record Summary(IReadOnlyList<KeyValuePair<string, string>> Items) : RunRecord;

    /// <summary>State of the machine.</summary>
    public sealed record System(DateTimeOffset Time, IReadOnlyList<KeyValuePair<string, string>> Items) : RunRecord;

    /// <summary>A line of output.</summary>
    public sealed record Output(DateTimeOffset Time, string Line) : RunRecord;

    /// <summary>Files to keep, relative to the folder <c>files</c> beside the log.</summary>
    public sealed record Files(IReadOnlyList<string> Paths) : RunRecord;

    /// <summary>The end.</summary>
    public sealed record Exit(int Code, double Seconds) : RunRecord;
}

/// <summary>Names and surroundings of a run; empty where there is none.</summary>
internal sealed record RunIdentity
{
    /// <summary>Name of the run inside its project; never changes.</summary>
    public required string Id { get; init; }

    /// <summary>Name that people see.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>User or team; empty: the key's own.</summary>
    public string Entity { get; init; } = "";

    /// <summary>Group of runs.</summary>
    public string Group { get; init; } = "";

    /// <summary>Kind of job.</summary>
    public string JobType { get; init; } = "";

    /// <summary>Free text.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The sweep that the run is a trial of.</summary>
    public string Sweep { get; init; } = "";

    /// <summary>Name of the machine.</summary>
    public string Host { get; init; } = "";

    /// <summary>Commit of the sources.</summary>
    public string Commit { get; init; } = "";

    /// <summary>When it started.</summary>
    public required DateTimeOffset Start { get; init; }
}
