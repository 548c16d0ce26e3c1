using Compression.Core.Reporting;
using Compression.Experiments.NetworkLab;
using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Kinds;

/// <summary>The link speeds of a picture.</summary>
internal static class LinkRates
{
    /// <summary>From a slow wide-area link to a good local one.</summary>
    public const string Usual = "10mbit,100mbit,1gbit,10gbit";

    private const int Most = 9;

    /// <summary>Reads a list such as <c>10mbit,1gbit</c>; slowest first, each once.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static IReadOnlyList<LinkRate> ParseList(string text)
    {
        LinkRate[] rates =
        [
            .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one => LinkRate.Read(one, "rates"))
                .Distinct().OrderBy(rate => rate.BitsPerSecond),
        ];
        return rates.Length is > 0 and <= Most
            ? rates
            : throw new UserErrorException(ExitCode.Usage, $"--rates '{text}': write one to {Most} link speeds, for example {Usual}.");
    }

    /// <summary>The rate of the lab's links that a run's exchanges took; null where it ran elsewhere, or over links that were not shaped.</summary>
    public static LinkRate? MeasuredOf(RunData run)
    {
        string network = run.Machine?.Network ?? "";
        try
        {
            return network.StartsWith("lab:", StringComparison.Ordinal) ? LinkRate.Read(network.Split(',')[^1], "rates") : null;
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    /// <summary>For people: <c>100 Mbit/s</c>.</summary>
    public static string Label(LinkRate rate) => rate.BitsPerSecond >= 1e9
        ? FormattableString.Invariant($"{rate.BitsPerSecond / 1e9:0.###} Gbit/s")
        : FormattableString.Invariant($"{rate.BitsPerSecond / 1e6:0.###} Mbit/s");
}
