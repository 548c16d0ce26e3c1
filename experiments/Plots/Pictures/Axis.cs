
namespace Compression.Experiments.Plots.Pictures;

/// <summary>Range, scale and marks of an axis, chosen from the values on it.</summary>
/// <param name="Low">Left or lower end.</param>
/// <param name="High">Right or upper end; below <paramref name="Low"/> where rows are counted downwards.</param>
internal sealed record Axis(double Low, double High)
{
    // A run that diverged would leave the others a flat line.
    private const double LargestPerplexity = 40, LogarithmicFrom = 2.5;

    private const int FewestDurations = 4;

    private static readonly (string Label, double Seconds, bool IsMain)[] s_durations =
    [
        ("1 ms", 1e-3, true), ("3 ms", 3e-3, false), ("10 ms", 0.01, true), ("30 ms", 0.03, false), ("0.1 s", 0.1, true), ("0.3 s", 0.3, false), ("1 s", 1, true),
        ("3 s", 3, false), ("10 s", 10, true), ("30 s", 30, false), ("1 min", 60, true), ("3 min", 180, false), ("10 min", 600, true), ("30 min", 1800, false),
        ("1 h", 3600, true), ("3 h", 10800, false), ("10 h", 36000, true), ("30 h", 108000, false), ("100 h", 3.6e5, true), ("300 h", 1.08e6, false),
        ("1,000 h", 3.6e6, true), ("10,000 h", 3.6e7, true),
    ];

    /// <summary>Quantity and unit.</summary>
    public string Label { get; init; } = "";

    /// <summary>Whether equal factors are equally wide.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether values above <see cref="High"/> are left out.</summary>
    public bool IsCut { get; init; }

    /// <summary>What a caption must say of values that are left out; empty where all are shown.</summary>
    public string RemarkOnCut => IsCut ? FormattableString.Invariant($"Cut above {High:N0}") : "";

    /// <summary>Whether its marks are names, which need no line and no grid.</summary>
    public bool HasNames { get; init; }

    /// <summary>Its marks, from the low end.</summary>
    public IReadOnlyList<Tick> Ticks { get; init; } = [];

    /// <summary>For perplexities: logarithmic from a factor of 2.5, and cut where a run has diverged.</summary>
    public static Axis OfPerplexities(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.Min(), high = Math.Min(finite.Max(), low * LargestPerplexity);
        return Of([low, high], LogarithmicFrom) with { IsCut = high < finite.Max() };
    }

    /// <summary>For any positive values: logarithmic from a given factor between the ends.</summary>
    public static Axis Of(IEnumerable<double> values, double logarithmicFrom)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double low = finite.Min(), high = finite.Max();
        if (low > 0 && high > low && high >= low * logarithmicFrom)
        {
            double spare = Math.Pow(high / low, 0.04);
            return new Axis(low / spare, high * spare) { IsLogarithmic = true };
        }

        double margin = high > low ? (high - low) * 0.06 : Math.Max(Math.Abs(high) * 0.1, 1e-9);
        return new Axis(low - margin, high + margin);
    }

    /// <summary>For amounts that begin at nothing: linear, from 0.</summary>
    public static Axis FromZero(IEnumerable<double> values)
    {
        double high = values.Where(double.IsFinite).DefaultIfEmpty(1).Max();
        return new Axis(0, high > 0 ? high * 1.05 : 1);
    }

    /// <summary>A logarithmic axis of seconds whose marks say "10 s", "1 min", "10 h".</summary>
    /// <param name="seconds">Values on it; those that are not above 0 have no place.</param>
    public static Axis OfDurations(IEnumerable<double> seconds)
    {
        double[] positive = [.. seconds.Where(value => value > 0)];
        var axis = new Axis(positive.Min() / 1.15, positive.Max() * 1.15) { IsLogarithmic = true };
        var inside = s_durations.Where(tick => tick.Seconds >= axis.Low && tick.Seconds <= axis.High).ToArray();
        var main = inside.Where(tick => tick.IsMain).ToArray();
        var shown = main.Length >= FewestDurations ? main : inside;
        return shown.Length > 1 ? axis with { Ticks = [.. shown.Select(tick => new Tick(tick.Seconds, tick.Label))] } : axis.Marked(PlainSeconds);
    }

    /// <summary>Names of columns, or of rows from the top down, at 0, 1 and so on.</summary>
    public static Axis OfNames(IReadOnlyList<string> names, bool isVertical)
    {
        double high = names.Count - 0.5;
        return new Axis(isVertical ? high : -0.5, isVertical ? -0.5 : high) { HasNames = true, Ticks = [.. names.Select((name, place) => new Tick(place, name))] };
    }

    /// <summary>With round numbers as marks.</summary>
    /// <param name="format">How they are written; null: plainly.</param>
    /// <param name="most">How many there is room for.</param>
    public Axis Marked(Func<double, string>? format = null, int most = 9)
    {
        format ??= AxisNumber.Plain;
        double[] labelled = [.. IsLogarithmic ? Pictures.Ticks.Logarithmic(Low, High, most) : Pictures.Ticks.Linear(Low, High, most)];
        double[] between = IsLogarithmic ? [.. Pictures.Ticks.Between(Low, High).Except(labelled)] : [];
        return this with { Ticks = [.. labelled.Select(value => new Tick(value, format(value))), .. between.Select(value => new Tick(value, ""))] };
    }

    /// <summary>With marks at these values.</summary>
    public Axis MarkedAt(IEnumerable<double> values) => this with { Ticks = [.. values.Select(value => new Tick(value, AxisNumber.Plain(value)))] };

    /// <summary>With its name.</summary>
    public Axis Named(string label) => this with { Label = label };

    /// <summary>A value, moved to the nearest end of the axis where it lies beyond.</summary>
    public double Inside(double value) => double.IsNaN(value) ? value : Math.Clamp(value, Math.Min(Low, High), Math.Max(Low, High));

    /// <summary>Where a value stands between the ends, from 0 to 1; NaN where it has no place.</summary>
    public double Share(double value) => IsLogarithmic ? Math.Log(value / Low) / Math.Log(High / Low) : (value - Low) / (High - Low);

    private static string PlainSeconds(double value) => $"{AxisNumber.Plain(value)} s";
}
