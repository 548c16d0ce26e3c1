using Compression.Benchmarks;

namespace Compression.Experiments.NetworkLab;

/// <summary>
/// What an exchange costs on a network, in the α–β model: milliseconds are a straight line over the bytes that a worker sends. Each method's line goes through two
/// measurements of the exchange alone, with a gradient of a few numbers and with one of a million: collectives differ in how well they fill a link.
/// </summary>
internal sealed class LinkCost
{
    private readonly Dictionary<string, (ExchangeFigures Tiny, ExchangeFigures Large)> _lines;

    /// <summary>From two measurements of the same methods.</summary>
    /// <param name="tiny">With a gradient whose bytes hardly count.</param>
    /// <param name="large">With one of which little else counts.</param>
    public LinkCost(ExchangeReport tiny, ExchangeReport large) =>
        _lines = tiny.Exchanges.Zip(large.Exchanges).ToDictionary(pair => NameOf(pair.First), pair => (pair.First, pair.Second));

    /// <summary>Milliseconds of an exchange.</summary>
    /// <param name="method">One of those measured.</param>
    /// <param name="bytes">What a worker sends.</param>
    public double Milliseconds(string method, double bytes)
    {
        var (tiny, large) = _lines[method];
        double slope = (large.CommunicateMs!.Value - tiny.CommunicateMs!.Value) / (large.SentBytes - tiny.SentBytes);
        return tiny.CommunicateMs.Value + (Math.Max(0, slope) * (bytes - tiny.SentBytes));
    }

    private static string NameOf(ExchangeFigures row) => new ExchangeComposition(row.Exchange, row.Compressor).ToString();
}
