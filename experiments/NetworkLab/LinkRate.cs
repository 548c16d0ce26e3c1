using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Experiments.NetworkLab;

/// <summary>The rate of a link, each way.</summary>
/// <param name="BitsPerSecond">10⁷ to 10¹⁰.</param>
internal readonly record struct LinkRate(double BitsPerSecond)
{
    private const double Least = 1e7;
    private const double Most = 1e10;

    /// <summary>What <c>tc</c> and people write, as in 100mbit.</summary>
    public override string ToString() => BitsPerSecond >= 1e9
        ? FormattableString.Invariant($"{BitsPerSecond / 1e9:0.###}gbit")
        : FormattableString.Invariant($"{BitsPerSecond / 1e6:0.###}mbit");

    /// <summary>Reads one.</summary>
    /// <param name="text">A number, then mbit or gbit.</param>
    /// <param name="option">The option that it is the value of.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static LinkRate Read(string text, string option)
    {
        string word = text.Trim().ToLowerInvariant();
        double unit = word.EndsWith("gbit", StringComparison.Ordinal) ? 1e9 : word.EndsWith("mbit", StringComparison.Ordinal) ? 1e6 : 0;
        if (unit > 0 && double.TryParse(word.AsSpan(0, word.Length - 4), NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            double rate = number * unit;
            if (rate is >= Least and <= Most)
            {
                return new LinkRate(rate);
            }
        }

        throw new UserErrorException(ExitCode.Usage, $"--{option} {text}: write a rate from 10mbit to 10gbit, as in 100mbit.");
    }
}
