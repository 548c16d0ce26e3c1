namespace Compression.Tracking.Wandb.Log;

/// <content>Times of the BCL.</content>
internal sealed partial class Instant
{
    private const int NanosecondsPerTick = (int)TimeSpan.NanosecondsPerTick;
    private static readonly long s_end = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>A time, exactly.</summary>
    public static Instant Of(DateTimeOffset time) => new()
    {
        Seconds = time.ToUnixTimeSeconds(),
        Nanos = (int)((time - DateTimeOffset.UnixEpoch).Ticks % TimeSpan.TicksPerSecond) * NanosecondsPerTick,
    };

    /// <summary>The time; 1970 where there is none.</summary>
    /// <exception cref="InvalidDataException">It lies before 1970 or after 9999.</exception>
    public static DateTimeOffset TimeOf(Instant? instant)
    {
        var (seconds, nanos) = (instant?.Seconds ?? 0, instant?.Nanos ?? 0);
        return seconds >= 0 && seconds < s_end && nanos is >= 0 and < 1_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / NanosecondsPerTick)
            : throw new InvalidDataException("a record's time is out of range");
    }
}
