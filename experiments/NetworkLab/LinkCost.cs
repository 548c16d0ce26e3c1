using Compression.Benchmarks;

namespace Compression.Experiments.NetworkLab;

/// <summary>
/// What an exchange costs on a network, in the α–β model: milliseconds are a straight line over the bytes that a worker sends. Each method's line goes through two
/// measurements of the exchange alone, with a gradient of a few numbers and with one as large as the model's: collectives differ in how well they fill a link.
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
    public double Milliseconds(string method, double bytes) => Latency(method) + (PerByte(method) * (bytes - _lines[method].Tiny.SentBytes));

    /// <summary>α: milliseconds of an exchange of next to nothing.</summary>
    /// <param name="method">One of those measured.</param>
    public double Latency(string method) => _lines[method].Tiny.CommunicateMs!.Value;

    /// <summary>β: milliseconds that a byte more takes; never below 0.</summary>
    /// <param name="method">One of those measured.</param>
    public double PerByte(string method)
    {
        var (tiny, large) = _lines[method];
        return Math.Max(0, (large.CommunicateMs!.Value - tiny.CommunicateMs!.Value) / (large.SentBytes - tiny.SentBytes));
    }

    private static string NameOf(ExchangeFigures row) => new ExchangeComposition(row.Exchange, row.Compressor).ToString();
}
