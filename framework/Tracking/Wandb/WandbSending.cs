using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking.Wandb;

/// <summary>How the sender talks to the server.</summary>
/// <param name="Api">The server.</param>
/// <param name="Pace">How often.</param>
/// <param name="Patience">How long the end of a run waits for what is left to go.</param>
internal sealed record WandbSending(WandbApi Api, UploadPace Pace, TimeSpan Patience)
{
    /// <summary>Longest time of one attempt.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>The real server.</summary>
    public static WandbSending To(Uri server, WandbKey key, TimeProvider time) => new(
        new WandbApi(server, key, new WandbRetry { Time = time, Random = Random.Shared.NextDouble }, AttemptTimeout), new UploadPace(), s_patience);
}
