using Compression.Benchmarks;

namespace Compression.Experiments.NetworkLab;

/// <summary>
/// What the links of a network cost, in the α–β model: an exchange takes the latency of its messages, and its bytes by the rate. Both are measured with exchanges
/// alone: α with a gradient of a few numbers, method by method, and β with a dense all-reduce of a million.
/// </summary>
/// <param name="LatencyMs">α of a whole exchange by method, milliseconds.</param>
/// <param name="BytesPerMs">1/β.</param>
internal sealed record LinkCost(IReadOnlyDictionary<string, double> LatencyMs, double BytesPerMs)
{
    /// <summary>The exchange by which the rate is measured.</summary>
    public const string RateMethod = "none via allreduce";

    /// <summary>From two measurements.</summary>
    /// <param name="tiny">Every method, with a gradient whose bytes do not count.</param>
    /// <param name="large"><see cref="RateMethod"/>, with one of which nothing else counts.</param>
    public static LinkCost Of(ExchangeReport tiny, ExchangeReport large)
    {
        var latency = tiny.Exchanges.ToDictionary(NameOf, row => row.CommunicateMs!.Value);
        var dense = large.Exchanges.Single();
        return new LinkCost(latency, dense.SentBytes / Math.Max(1e-3, dense.CommunicateMs!.Value - latency[RateMethod]));
    }

    /// <summary>Milliseconds of an exchange.</summary>
    public double Milliseconds(string method, double bytes) => LatencyMs[method] + (bytes / BytesPerMs);

    private static string NameOf(ExchangeFigures row) => new ExchangeComposition(row.Exchange, row.Compressor).ToString();
}
