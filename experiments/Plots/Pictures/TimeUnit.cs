namespace Compression.Experiments.Plots.Pictures;

/// <summary>The unit that a time axis reads best in.</summary>
internal static class TimeUnit
{
    /// <summary>Seconds of the unit, and its name.</summary>
    public static (double Seconds, string Name) For(double longest) => longest switch
    {
        < 0.2 => (1e-3, "ms"),
        < 300 => (1, "s"),
        < 3 * 3600 => (60, "min"),
        < 10 * 86400 => (3600, "h"),
        _ => (86400, "days"),
    };
}
