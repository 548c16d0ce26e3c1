using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Compression.Core.Communication;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>A collective by itself.</summary>
/// <param name="Collective">Its name.</param>
/// <param name="PortBytes">The most bytes that must leave a rank, or come to one: what no algorithm gets below.</param>
/// <param name="Ms">Median over the repeats, each as long as the slowest rank took.</param>
public sealed record CollectiveFigures(string Collective, double PortBytes, double Ms)
{
    /// <summary>The rate of links on which the bound would take as long.</summary>
    public double MegabitsPerSecond => 8 * PortBytes / Ms / 1000;
}

/// <summary>The collectives alone, without compressors around them: what they make of the links, beside the bound of their bytes.</summary>
internal static class CollectiveBenchmark
{
    private const int WarmUp = 3;

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Measures as one of several ranks; the first prints.</summary>
    /// <param name="elements">Floats of the gradient.</param>
    /// <param name="options">Repeats and form.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="output">Takes the table or the JSON; null on all ranks but the first.</param>
    public static void Run(int elements, ExchangeBenchmarkOptions options, ICommunicator communicator, TextWriter? output)
    {
        int n = communicator.WorldSize, rank = communicator.Rank;
        double dense = sizeof(float) * (double)elements;
        float[] gradient = new float[elements];
        var gathered = new GatheredPayloads();

        // A bit an element, as signs have.
        int[] equal = [.. Enumerable.Range(0, n).Select(_ => elements / 8)];
        int[] unequal = [.. Enumerable.Range(0, n).Select(payload => elements / 8 * 2 * payload / Math.Max(1, n - 1))];
        byte[] bytes = new byte[equal.Concat(unequal).Max()];
        var rows = new List<CollectiveFigures>
        {
            new("all-reduce of floats", 2.0 * (n - 1) / n * dense, Time(() => communicator.AllReduce(gradient.AsSpan()))),
            new("all-gather of a bit each", PortBytes(equal), Time(() => communicator.AllGather(bytes.AsSpan(0, equal[rank]), gathered))),
            new("the same, lengths 0 to twice", PortBytes(unequal), Time(() => communicator.AllGather(bytes.AsSpan(0, unequal[rank]), gathered))),
        };
        if (output is null)
        {
            return;
        }

        if (options.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(rows, s_json));
            return;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{n} {Plural.Of(n, "worker")}, {elements:N0} {Plural.Of(elements, "float")}"));
        output.WriteLine("collective                     bytes of the bound         ms    Mbit/s");
        foreach (var row in rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Collective,-30} {row.PortBytes,18:N0} {row.Ms,10:F2} {row.MegabitsPerSecond,9:F1}"));
        }

        double Time(Action collective)
        {
            double[] times = new double[options.Repeats];
            for (int round = -WarmUp; round < options.Repeats; round++)
            {
                communicator.AllReduce([0.0]);
                long start = Stopwatch.GetTimestamp();
                collective();
                if (round >= 0)
                {
                    times[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            }

            // It has ended where the last rank has what it is to get.
            communicator.AllReduce(times.AsSpan(), ReduceOperation.Max);
            return Median.Of(times);
        }
    }

    // Every rank takes what the others have.
    private static double PortBytes(int[] lengths) => lengths.Sum(length => (double)length) - lengths.Min();
}
