using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Lm1b;

/// <summary>
/// Step times at some numbers of partitions, the curve <c>t(P) = b/P + a·(P−1) + c</c> with a, b ≥ 0 that fits them best (least squares), and the number to use.
/// </summary>
/// <param name="Points">What was measured, by number of partitions.</param>
/// <param name="A">Seconds that each partition costs, at least 0.</param>
/// <param name="B">Seconds of work that is divided among partitions, at least 0.</param>
/// <param name="C">Seconds that do not depend on the number.</param>
/// <param name="RSquared">Share of the variance of the points that the curve explains, at most 1; 1 where all points are equal.</param>
/// <param name="Best">The number of partitions to use.</param>
/// <param name="IsCurves">Whether <paramref name="Best"/> is the lowest point of the curve; otherwise it is the fastest number that was tried.</param>
public sealed record PartitionSearchResult(ImmutableArray<PartitionTime> Points, double A, double B, double C, double RSquared, int Best, bool IsCurves)
{
    /// <summary>With less of the variance explained, the fastest point is believed and not the curve.</summary>
    private const double LeastRSquared = 0.9;

    /// <summary>With fewer points the curve passes through all of them whatever they are, and says nothing beyond them.</summary>
    private const int FewestForBeyond = 4;

    /// <summary>What the curve has of its own. With no more points it meets all of them, and R² says nothing.</summary>
    private const int Numbers = 3;

    private const double Rounding = 1e-12;

    /// <summary>The curve's time.</summary>
    /// <param name="partitions">P, at least 1.</param>
    public double Fitted(double partitions) => (B / partitions) + (A * (partitions - 1)) + C;

    /// <summary>
    /// Fits the curve and chooses: its lowest point over whole numbers, where it explains 90 % of the variance; otherwise the fastest number tried. The lowest point is
    /// looked for between the smallest and the largest number tried; beyond them only where four points or more bear out a curve that falls and rises again.
    /// </summary>
    /// <param name="points">At least one, by number of partitions, each number once.</param>
    /// <param name="most">Largest number that may be chosen.</param>
    public static PartitionSearchResult Of(ImmutableArray<PartitionTime> points, int most)
    {
        var (a, b, c, error) = Fit(points);
        double mean = points.Average(point => point.Seconds), variance = points.Sum(point => Square(point.Seconds - mean));
        double explained = variance > 0 ? 1 - (error / variance) : 1;
        var result = new PartitionSearchResult(points, a, b, c, explained, points.MinBy(point => point.Seconds).Partitions, IsCurves: false);
        if (explained < LeastRSquared || (a == 0 && b == 0) || points.Length < 3)
        {
            return result;
        }

        bool isBorneOut = points.Length >= FewestForBeyond && a > 0 && b > 0;
        int low = isBorneOut ? 1 : points[0].Partitions, high = isBorneOut ? most : points[^1].Partitions;
        return result with { Best = result.Lowest(low, high), IsCurves = true };
    }

    /// <summary>The points, the curve and the choice as lines of text.</summary>
    public IReadOnlyList<string> Table()
    {
        var culture = CultureInfo.InvariantCulture;
        return
        [
            "partitions  ms/step  fitted",
            .. Points.Select(point => string.Create(
                culture, $"{point.Partitions,10}  {1e3 * point.Seconds,7:F2}  {1e3 * Fitted(point.Partitions),6:F2}{(point.Partitions == Best ? "  <" : "")}")),
            Summary,
        ];
    }

    /// <summary>The choice in one line.</summary>
    public string Summary
    {
        get
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"t(P) = {1e3 * B:G4}/P + {1e3 * A:G4} (P-1) + {1e3 * C:G4} ms");
            if (Points.Length > Numbers)
            {
                text.Append(CultureInfo.InvariantCulture, $", R2 {RSquared:F3}");
            }

            text.Append(CultureInfo.InvariantCulture, $": {Best} {Plural.Of(Best, "partition")}, ");
            text.Append(IsCurves ? "where the curve is lowest" : "the fastest that was tried, since the curve does not fit or is flat");
            return text.ToString();
        }
    }

    // a·(P−1) + b/P is lowest at √(b/a), and falls before it and rises after it, so that one of its neighbours is the best whole number.
    private int Lowest(int low, int high)
    {
        double turn = A > 0 ? Math.Sqrt(B / A) : double.PositiveInfinity;
        int below = (int)Math.Clamp(Math.Floor(turn), low, high), above = Math.Min(below + 1, high);
        return Fitted(above) < Fitted(below) ? above : below;
    }

    // Non-negative least squares: with two such parameters, the best of the four ways to hold some of them at 0 that leaves the others non-negative.
    private static (double A, double B, double C, double Error) Fit(ImmutableArray<PartitionTime> points)
    {
        double meanX = points.Average(X), meanY = points.Average(Y), meanT = points.Average(point => point.Seconds);
        double xx = points.Sum(point => Square(X(point) - meanX)), yy = points.Sum(point => Square(Y(point) - meanY));
        double xy = points.Sum(point => (X(point) - meanX) * (Y(point) - meanY));
        double xt = points.Sum(point => (X(point) - meanX) * (point.Seconds - meanT)), yt = points.Sum(point => (Y(point) - meanY) * (point.Seconds - meanT));
        double determinant = (xx * yy) - (xy * xy);
        (double A, double B)[] ways =
        [
            (0, 0),
            (0, xt / xx),
            (yt / yy, 0),
            (((xx * yt) - (xy * xt)) / determinant, ((yy * xt) - (xy * yt)) / determinant),
        ];
        var fits = ways.Where(way => way is { A: >= 0, B: >= 0 } && double.IsFinite(way.A + way.B))
            .Select(way => (way.A, way.B, C: meanT - (way.A * meanY) - (way.B * meanX)))
            .Select(way => (way.A, way.B, way.C, Error: points.Sum(point => Square(point.Seconds - way.C - (way.A * Y(point)) - (way.B * X(point))))))
            .ToArray();

        // Of two that differ by rounding alone, the one with a 0: a line that falls for ever has no lowest point far away.
        double rounding = Rounding * points.Sum(point => Square(point.Seconds - meanT));
        double least = fits.Min(fit => fit.Error);
        return fits.First(fit => fit.Error <= least + rounding);
    }

    private static double X(PartitionTime point) => 1.0 / point.Partitions;

    private static double Y(PartitionTime point) => point.Partitions - 1;

    private static double Square(double value) => value * value;
}
