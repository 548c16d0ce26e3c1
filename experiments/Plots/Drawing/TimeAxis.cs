namespace Compression.Experiments.Plots.Drawing;

/// <summary>A logarithmic axis of seconds whose tics say "10 s", "1 min", "10 h".</summary>
internal static class TimeAxis
{
    private const int FewestTics = 4;

    private static readonly (string Label, double Seconds, bool IsMain)[] s_tics =
    [
        ("1 ms", 1e-3, true), ("3 ms", 3e-3, false), ("10 ms", 0.01, true), ("30 ms", 0.03, false), ("0.1 s", 0.1, true), ("0.3 s", 0.3, false), ("1 s", 1, true),
        ("3 s", 3, false), ("10 s", 10, true), ("1 min", 60, true), ("3 min", 180, false), ("10 min", 600, true),
        ("1 h", 3600, true), ("3 h", 10800, false), ("10 h", 36000, true), ("30 h", 108000, false), ("100 h", 3.6e5, true), ("300 h", 1.08e6, false),
        ("1000 h", 3.6e6, true), ("10000 h", 3.6e7, true),
    ];

    /// <summary>The script's lines for it.</summary>
    /// <param name="name"><c>x</c> or <c>y</c>.</param>
    /// <param name="seconds">Values on it; those that are not above 0 have no place.</param>
    /// <param name="label">The quantity.</param>
    public static IEnumerable<string> Script(string name, IEnumerable<double> seconds, string label)
    {
        double[] positive = [.. seconds.Where(value => value > 0)];
        double low = positive.Min() / 1.15, high = positive.Max() * 1.15;
        var inside = s_tics.Where(tic => tic.Seconds >= low && tic.Seconds <= high).ToArray();
        var main = inside.Where(tic => tic.IsMain).ToArray();
        var shown = main.Length >= FewestTics ? main : inside;
        yield return $"set {name}label {GnuplotText.Quote(label)}";
        yield return $"set {name}range [{GnuplotText.Number(low)}:{GnuplotText.Number(high)}]";
        yield return $"set logscale {name}";
        if (shown.Length > 1)
        {
            yield return $"set {name}tics ({string.Join(", ", shown.Select(tic => $"{GnuplotText.Quote(tic.Label)} {GnuplotText.Number(tic.Seconds)}"))})";
        }
    }
}
