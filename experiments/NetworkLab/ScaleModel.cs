using Compression.Benchmarks;
using Compression.Core.Reporting;

namespace Compression.Experiments.NetworkLab;

/// <summary>An outer step of many workers, modelled: H local steps and their exchange.</summary>
/// <param name="Rate">Of the links.</param>
/// <param name="Method">Compressor and exchange.</param>
/// <param name="LocalSteps">H; 1 is a step as ever.</param>
/// <param name="Workers">n, each on a host of its own.</param>
/// <param name="WireBytes">What a worker sends in an outer step.</param>
/// <param name="LocalMs">Computing, compressing and decompressing.</param>
/// <param name="ExchangeMs">The exchange.</param>
/// <param name="Efficiency">Of the words a second that n workers would reach who need not exchange: the share that is left.</param>
internal sealed record ScalePoint(string Rate, string Method, int LocalSteps, int Workers, double WireBytes, double LocalMs, double ExchangeMs, double Efficiency)
{
    /// <summary>The whole step; nothing overlaps.</summary>
    public double StepMs => LocalMs + ExchangeMs;
}

/// <summary>
/// The α–β model beyond the lab: bytes grow by each collective's formula, latency by its number of rounds, decompressing by the number of payloads
/// that a worker receives; a collective's β is the one measured among the lab's hosts, and computing is that of one worker alone.
/// </summary>
/// <param name="Hosts">Of the lab that the link was measured in.</param>
/// <param name="Alone">The step of one worker, with nobody to exchange with.</param>
/// <param name="Among">The step among the hosts, for the bytes of this model.</param>
internal sealed record ScaleModel(int Hosts, StepReport Alone, StepReport Among)
{
    /// <summary>Refuses methods whose bytes no formula gives.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void Check(IEnumerable<ExchangeComposition> methods)
    {
        foreach (var method in methods.Where(method => new WireFormula(8, 8, 8).Bytes(method.Resolved, 2) is null))
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--methods: the bytes of '{method}' among many workers have no formula; those of ./run.sh bench exchanges have one.");
        }
    }

    /// <summary>A method among n workers.</summary>
    /// <param name="rate">Of the links.</param>
    /// <param name="cost">Of exchanges in the lab at this rate.</param>
    /// <param name="method">One of those measured.</param>
    /// <param name="localSteps">H.</param>
    /// <param name="workers">n.</param>
    public ScalePoint At(LinkRate rate, LinkCost cost, ExchangeComposition method, int localSteps, int workers)
    {
        string name = method.ToString();
        var alone = Alone.Methods.Single(row => row.Method == name);
        double here = Among.Methods.Single(row => row.Method == name).WireBytes;
        int side = LabMeasurement.SideOf(Alone.Parameters);
        var formula = new WireFormula(side, side, side);
        double bytes = here * formula.Bytes(method.Resolved, workers)!.Value / formula.Bytes(method.Resolved, Hosts)!.Value;
        double perByte = cost.PerByte(Largest(method));
        double overhead = Math.Max(0, cost.Milliseconds(name, here) - cost.Latency(name) - (perByte * here));
        double exchange = (cost.Latency(name) * Rounds(method, workers) / Rounds(method, Hosts)) + overhead + (perByte * bytes);
        double payloads = Gathers(method) ? workers : 1, training = localSteps * (alone.ForwardBackwardMs + alone.UpdateMs);
        double local = training + alone.CompressMs + (payloads * alone.DecompressMs);
        return new ScalePoint(rate.ToString(), name, localSteps, workers, bytes, local, exchange, training / (local + exchange));
    }

    // The method that sends most by the same kind of collective tells its β best; what a small one takes beyond that is waiting, which does not grow with
    // the bytes.
    private string Largest(ExchangeComposition method) =>
        Among.Methods.Where(row => Gathers(ExchangeComposition.ReadList(row.Method, "methods")[0]) == Gathers(method)).MaxBy(row => row.WireBytes)!.Method;

    private static bool Gathers(ExchangeComposition method) => method.Resolved.Exchange == "allgather";

    // A ring of n - 1 rounds for all-gathers; for the others a reduction and a distribution by halves (Rabenseifner 2004).
    private static double Rounds(ExchangeComposition method, int workers) => Gathers(method) ? workers - 1 : 2 * Math.Log2(workers);
}
