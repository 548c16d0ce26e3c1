namespace Compression.Benchmarks.Tests;

/// <summary>The bytes that a worker sends against the formulas.</summary>
[Seeded]
public sealed class WireFormulaTests
{
    public static TheoryData<string, string, int> Cases()
    {
        var cases = new TheoryData<string, string, int>();
        foreach (var (exchange, compressor) in ExchangeBenchmark.Compositions)
        {
            foreach (int workers in new[] { 2, 4, 8, 64 })
            {
                cases.Add(exchange, compressor, workers);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Measured_bytes_are_those_of_the_formula_within_a_percent(string exchange, string compressor, int workers)
    {
        var figures = ExchangeBenchmark.Virtual(
            new ExchangeBenchmarkOptions { VirtualWorkers = workers }, new ExchangeComposition(exchange, compressor), Compositions.Compose);
        Assert.InRange(figures.Excess!.Value, -0.01, 0.01);

        // What some send, others receive; shares of a broadcast are rounded down.
        Assert.InRange(figures.ReceivedBytes - figures.SentBytes, 0, 2);
    }

    [Fact]
    public void Without_workers_to_send_to_there_is_nothing_to_send() =>
        Assert.All(ExchangeBenchmark.Compositions, composition => Assert.Equal(0, new WireFormula(10, 10, 10).Bytes(composition, 1)!.Value));
}
