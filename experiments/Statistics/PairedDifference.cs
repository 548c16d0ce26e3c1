namespace Compression.Experiments.Statistics;

/// <summary>How far runs are from others of the same seeds: Student's paired test, which takes out what a seed does to both.</summary>
/// <param name="Mean">Mean of the differences with half its 95 % confidence interval.</param>
/// <param name="P">Two-sided probability of a mean at least this far from 0 if there were no difference; NaN below two pairs, and where all differences are 0.</param>
internal sealed record PairedDifference(Estimate Mean, double P)
{
    /// <summary>Compares values by their keys; those that stand on one side alone are left out.</summary>
    /// <param name="values">By seed.</param>
    /// <param name="others">By seed; what is subtracted.</param>
    public static PairedDifference Of(IEnumerable<KeyValuePair<string, double>> values, IEnumerable<KeyValuePair<string, double>> others)
    {
        var mean = Estimate.Of(values.Join(others, value => value.Key, other => other.Key, (value, other) => value.Value - other.Value));
        double deviations = Math.Abs(mean.Mean) / mean.StandardError;
        return new PairedDifference(mean, double.IsNaN(deviations) ? double.NaN : 1 - StudentT.Within(deviations, mean.Count - 1));
    }
}
