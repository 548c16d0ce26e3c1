using Compression.Core.Payloads;

namespace Compression.Benchmarks;

/// <summary>
/// The bytes that a worker sends in a step, on average over the workers, by the formulas of docs/algorithms.md. Payloads come from entropies and
/// sizes, not from the codecs, so that a codec or an exchange that sends more stands out.
/// </summary>
/// <param name="Rows">Rows of the one matrix.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Vector">Elements of the one vector.</param>
public sealed record WireFormula(int Rows, int Columns, int Vector)
{
    // Header of a payload, and its length on the way.
    private const int Overhead = 20;

    private double Elements => ((double)Rows * Columns) + Vector;

    /// <summary>The bytes; null for what is not among <see cref="ExchangeBenchmark.Compositions"/>.</summary>
    /// <param name="composition">Compressor and exchange.</param>
    /// <param name="workers">n.</param>
    public double? Bytes(ExchangeComposition composition, int workers)
    {
        double n = workers, peers = n - 1, share = peers / n;
        double? payload = Payload(composition.Compressor);
        return composition.Exchange switch
        {
            "allreduce" => 2 * share * 4 * Elements,
            "allreduce(format=float16)" => 2 * share * 2 * Elements,
            "powersgd(rank=4)" => 2 * share * 4 * ((4.0 * (Rows + Columns)) + Vector),
            "terngrad" => (share * Elements * (0.2 + (workers <= 7 ? 0.5 : workers <= 127 ? 1 : 2))) + (2 * Overhead * peers),
            "majority" or "onebitadam(freeze_step=1)" => 2 * ((share * Elements / 8) + (Overhead * peers)),
            "allgather" => peers * (payload + Overhead),
            "gtopk" => 2 * share * (payload + Overhead),
            "ps" => (share * (payload + (4 * Elements))) + (2 * Overhead * peers),
            "reducescatter" or "ps(pull=compressed)" => 2 * ((share * payload) + (Overhead * peers)),
            _ => null,
        };
    }

    private double? Payload(string compressor) => compressor switch
    {
        "none" => 4 * Elements,
        "sign" => (Elements / 8) + 8,
        "terngrad" => (Elements / 5) + 8,
        "topk(ratio=0.01)" => Sparse(0.01, 32),
        "topk(ratio=0.01)+sign" => Sparse(0.01, 1) + 8,
        "topk(ratio=0.001)" => Sparse(0.001, 32),
        _ => null,
    };

    private double Sparse(double ratio, double valueBits) => new[] { Rows * Columns, Vector }.Sum(elements =>
    {
        int k = Math.Max(1, (int)(ratio * elements));
        return ((valueBits * k) + EntropyFloor.Indices(elements, k)) / 8;
    });
}
