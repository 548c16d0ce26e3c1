using System.Globalization;
using System.Text.Json;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;

namespace Compression.Benchmarks;

/// <summary>
/// Compress and decompress of each composition on one Gaussian gradient, against a plain read of the same buffer and against the
/// straightforward PyTorch operator, all in one run.
/// </summary>
public static class CompressorBenchmark
{
    // Ours, and the peer's name for it where it has one.
    private static readonly (string Composition, string Peer)[] s_methods =
    [
        ("topk(ratio=0.001)", "topk=0.001"),
        ("topk(ratio=0.01)", "topk=0.01"),
        ("topk(ratio=0.001)+sign", "topk=0.001+sign"),
        ("sign", "sign"),
    ];

    /// <summary>Measures and prints.</summary>
    /// <param name="options">Size and threads.</param>
    /// <param name="compose">Composes a pipeline from a compressor's name.</param>
    /// <param name="output">Takes the table or the JSON.</param>
    public static void Run(CompressorBenchmarkOptions options, Func<string, PipelinePlan> compose, TextWriter output)
    {
        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        using var team = new KernelTeam(threads);
        float[] gradient = Gaussian(options.Elements);
        double read = Median.Milliseconds(options.Repeats, () => SumOfSquares.Invoke(team, gradient));
        var rows = s_methods.Select(method => Measure(method.Composition, compose(method.Composition), gradient, team, options.Repeats)).ToList();

        var peers = PyTorchPeer.FindInterpreter() is { } python
            ? PyTorchPeer.Measure(python, "compressors.py", [threads, options.Elements, Math.Min(5, options.Repeats), .. s_methods.Select(method => method.Peer)])
            : null;
        for (int i = 0; i < rows.Count && peers is { } line; i++)
        {
            var times = line.GetProperty("methods").GetProperty(s_methods[i].Peer);
            rows[i] = rows[i] with { PeerCompressMs = times[0].GetDouble(), PeerDecompressMs = times[1].GetDouble() };
        }

        if (options.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { options.Elements, Threads = threads, PlainReadMs = read, Methods = rows }, s_json));
            return;
        }

        Print(rows, read, options.Elements, threads, peers is not null, output);
    }

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private static Measured Measure(string name, PipelinePlan plan, float[] gradient, KernelTeam team, int repeats)
    {
        var layout = BucketLayout.Create([("gradient", [gradient.Length])]);
        var compressor = plan.CreateCompressor(layout, team);
        var slot = layout.Slots[0];
        var writer = new PayloadWriter();
        var step = new StepContext(0, 1, 0, 1, 0, new StepLedger());
        double compress = Median.Milliseconds(repeats, () =>
        {
            writer.Reset();
            compressor.BeginStep([slot], gradient, step);
            compressor.Compress(new GradientView(slot, gradient, gradient, step), writer);
        });
        float[] sum = new float[gradient.Length];
        double decompress = Median.Milliseconds(repeats, () =>
        {
            var reader = new PayloadReader(writer.Written);
            compressor.Decompress(ref reader, new GradientAccumulator(slot, sum, 1, step));
        });
        return new Measured(name, compress, decompress, 8.0 * writer.Length / gradient.Length, writer.FloorBits / gradient.Length);
    }

    private static void Print(List<Measured> rows, double read, int elements, int threads, bool withPeer, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elements:N0} floats, {threads} threads; one plain read: {read:F2} ms ({4e-6 * elements / read:F1} GB/s)"));
        output.WriteLine("                           compress    GB/s   reads  decompress   payload     floor   PyTorch ms    times");
        output.WriteLine("                                 ms                          ms  bits/elt  bits/elt  comp / decomp  as fast");
        foreach (var row in rows)
        {
            string peer = row.PeerCompressMs is { } c && row.PeerDecompressMs is { } d
                ? string.Create(CultureInfo.InvariantCulture, $"{c,6:F0} / {d,-4:F0} {(c + d) / (row.CompressMs + row.DecompressMs),9:F1}") : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Method,-24} {row.CompressMs,10:F2} {4e-6 * elements / row.CompressMs,7:F1} {row.CompressMs / read,7:F1} {row.DecompressMs,11:F2} {row.PayloadBits,9:F4} {row.FloorBits,9:F4}  {peer}"));
        }

        if (!withPeer)
        {
            output.WriteLine(PyTorchPeer.Missing);
        }
    }

    private static float[] Gaussian(int count)
    {
        var random = new Random(1);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }

    private sealed record Measured(string Method, double CompressMs, double DecompressMs, double PayloadBits, double FloorBits)
    {
        public double? PeerCompressMs { get; init; }

        public double? PeerDecompressMs { get; init; }
    }
}
