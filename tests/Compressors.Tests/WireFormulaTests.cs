using System.Globalization;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Core.Tests;
using Xunit.Abstractions;

namespace Compression.Compressors.Tests;

/// <summary>
/// The bytes that a worker sends against the formulas of docs/algorithms.md, whose payloads come from entropies and sizes, not from the codecs.
/// </summary>
public sealed class WireFormulaTests(ITestOutputHelper output)
{
    private const int Rows = 1000;
    private const int Width = 1000;
    private const int Vector = 1000;
    private const double Elements = (Rows * Width) + Vector;

    // Header, and length on its way.
    private const int Overhead = 20;

    private static readonly BucketLayout s_layout = BucketLayout.Create([("p0", [Rows, Width]), ("p1", [Vector])]);

    public static TheoryData<string, string, int> Cases()
    {
        var cases = new TheoryData<string, string, int>();
        foreach (var (compressor, exchange) in new[]
        {
            ("none", "allreduce"), ("none", "allreduce(format=float16)"), ("none", "powersgd(rank=4)"), ("sign", "majority"), ("none", "terngrad"),
            ("topk(ratio=0.01)", "allgather"), ("topk(ratio=0.01)", "gtopk"), ("topk(ratio=0.01)", "reducescatter"), ("topk(ratio=0.01)", "ps"),
            ("sign", "allgather"), ("sign", "reducescatter"), ("sign", "ps"), ("sign", "ps(pull=compressed)"),
        })
        {
            foreach (int workers in new[] { 2, 4, 8, 64 })
            {
                cases.Add(compressor, exchange, workers);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Measured_bytes_are_those_of_the_formula_within_a_percent(string compressor, string exchange, int workers)
    {
        float[] gradient = TestData.Gaussian(s_layout.Length);
        var aggregators = Pipelines.Workers(Pipelines.Plan(compressor, exchange: exchange), s_layout, workers);
        StepLedger[] ledgers = [.. aggregators.Select(_ => new StepLedger())];
        float[] shared = new float[s_layout.Length];
        var bucket = new GradientBucket(s_layout, shared);
        using var cluster = new InProcessCluster(workers, sharedBucket: true);
        cluster.Run(
            communicator => aggregators[communicator.Rank].Aggregate(
                bucket, Pipelines.Step(communicator.Rank) with { Ledger = ledgers[communicator.Rank] },
                new MeteredCommunicator(communicator, ledgers[communicator.Rank])),
            before: rank => Rotate(gradient, 7919 * rank, shared));

        double measured = ledgers.Average(ledger => (double)ledger.WireBytes), expected = Formula(compressor, exchange, workers);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {workers} | {exchange} | {compressor} | {measured:0} | {expected:0} | {100 * ((measured / expected) - 1):0.00} % |"));
        Assert.InRange(measured, 0.99 * expected, 1.01 * expected);

        // What some send, others receive; shares of a broadcast are rounded down.
        Assert.InRange(ledgers.Sum(ledger => ledger.ReceivedBytes - ledger.WireBytes), 0, 2 * workers);
    }

    private static double Formula(string compressor, string exchange, int workers)
    {
        double n = workers, peers = n - 1, share = peers / n;
        double payload = compressor == "sign" ? (Elements / 8) + (4 * s_layout.Slots.Length) : SparsePayload();
        return exchange switch
        {
            "allreduce" => 2 * share * 4 * Elements,
            "allreduce(format=float16)" => 2 * share * 2 * Elements,
            "powersgd(rank=4)" => 2 * share * 4 * ((4 * (Rows + Width)) + Vector),
            "terngrad" => (share * Elements * (0.2 + (workers <= 7 ? 0.5 : 1))) + (2 * Overhead * peers),
            "majority" => 2 * ((share * Elements / 8) + (Overhead * peers)),
            "allgather" => peers * (payload + Overhead),
            // And at most a bit for each entry, which is not counted here.
            "gtopk" => 2 * share * (payload + Overhead),
            "ps" => (share * (payload + (4 * Elements))) + (2 * Overhead * peers),
            _ => 2 * ((share * payload) + (Overhead * peers)),
        };
    }

    private static double SparsePayload() => s_layout.Slots.Sum(slot =>
    {
        int k = slot.Length / 100;
        return ((32.0 * k) + EntropyFloor.Indices(slot.Length, k)) / 8;
    });

    private static void Rotate(float[] source, int by, float[] destination)
    {
        by %= source.Length;
        source.AsSpan(by).CopyTo(destination);
        source.AsSpan(0, by).CopyTo(destination.AsSpan(source.Length - by));
    }
}
