using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb;

/// <summary>A run that is to be reported, and whom to tell about it.</summary>
public sealed record WandbRun
{
    /// <summary>What the user says.</summary>
    public required WandbOptions Options { get; init; }

    /// <summary>The user's key; null where the mode is offline.</summary>
    public required WandbKey? Key { get; init; }

    /// <summary>The run's folder.</summary>
    public required RunDirectory Directory { get; init; }

    /// <summary>Every resolved option.</summary>
    public required IReadOnlyList<ConfigEntry> Config { get; init; }

    /// <summary>Commit of the sources; null where it is not known.</summary>
    public string? Commit { get; init; }

    /// <summary>The machine.</summary>
    public required string Host { get; init; }

    /// <summary>Whether an earlier run in the folder is continued.</summary>
    public required bool IsResumed { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Takes a message for the user; called on the thread that logs.</summary>
    public required Action<string> Inform { get; init; }

    /// <summary>Takes a warning, likewise.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>Ends the run after its step: the user has pressed Stop on the run's page.</summary>
    public required Action Stop { get; init; }
}
