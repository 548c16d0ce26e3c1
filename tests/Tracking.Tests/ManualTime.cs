namespace Compression.Tracking.Tests;

/// <summary>A clock that moves only when a test moves it; it starts at 2026-03-04 05:06:07 UTC and lives two hours east.</summary>
internal sealed class ManualTime : TimeProvider
{
    private TimeSpan _elapsed;

    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), "east", "east");

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(double seconds) => _elapsed += TimeSpan.FromSeconds(seconds);

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero) + _elapsed;

    public override long GetTimestamp() => _elapsed.Ticks;
}
