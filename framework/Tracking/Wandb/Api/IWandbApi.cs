namespace Compression.Tracking.Wandb.Api;

/// <summary>
/// The server's calls that a run needs. Each tries again by itself what is worth it; what is not, or not any more, is a
/// <see cref="WandbException"/>.
/// </summary>
internal interface IWandbApi
{
    /// <summary>Told, before each new attempt, how many have failed and why the last did.</summary>
    Action<int, string>? Retrying { get; set; }

    /// <summary>Makes a run, or finds it by its name.</summary>
    Task<RegisteredRun> UpsertBucketAsync(UpsertVariables run, CancellationToken cancel);

    /// <summary>What the server holds of a run; null where it knows none.</summary>
    Task<KnownRun?> ResumeStatusAsync(RunAddress run, CancellationToken cancel);

    /// <summary>Adds lines to a run's files; the same lines again change nothing.</summary>
    Task<StreamReply> StreamAsync(RunAddress run, StreamRequest request, CancellationToken cancel);

    /// <summary>Where files can be uploaded to.</summary>
    Task<UploadTargets> CreateRunFilesAsync(RunAddress run, IReadOnlyList<string> names, CancellationToken cancel);

    /// <summary>Uploads a file; the key does not go with it.</summary>
    /// <param name="target">The server's address for it: HTTP or HTTPS, whole or relative to the server's own.</param>
    /// <param name="headers">"Key:Value" each; what is none is left out.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives up.</param>
    Task UploadAsync(string? target, IReadOnlyList<string?> headers, string path, CancellationToken cancel);
}

/// <summary>What names a run on the server.</summary>
internal sealed record RunAddress(string Entity, string Project, string Run);
