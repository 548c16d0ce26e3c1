namespace Compression.Tracking.Wandb.Upload;

/// <summary>How often, and how much at once, the server is told.</summary>
internal sealed record UploadPace
{
    /// <summary>Between two requests with lines.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of silence, before a sign of life.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of lines in a request, about.</summary>
    public long RequestBytes { get; init; } = 10 << 20;

    /// <summary>Bytes of a line.</summary>
    public long LineBytes { get; init; } = (10 << 20) - (100 << 10);
}
