using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Benchmarks;

/// <summary>
/// Compress and decompress of each method on one gradient, against a plain read of the same buffer and against the straightforward
/// PyTorch operator, all in one run.
/// </summary>
public static class CompressorBenchmark
{
    // Ours, and the peer's name for it.
    private static readonly (string Composition, string Peer)[] s_methods =
    [
        ("topk(ratio=0.001)", "topk=0.001"),
        ("topk(ratio=0.01)", "topk=0.01"),
        ("topk(ratio=0.001)+sign", "topk=0.001+sign"),
        ("randomk(ratio=0.01)", "randomk=0.01"),
        ("threshold(tau=2.5758)", "threshold=2.5758"),
        ("dgc(ratio=0.01)", "dgc=0.01"),
        ("gaussiank(ratio=0.01)", "gaussiank=0.01"),
        ("sidco(ratio=0.01)", "sidco=0.01"),
        ("adacomp", "adacomp=500"),
        ("variance", "variance=1"),
        ("sign", "sign"),
        ("onebit", "onebit"),
        ("terngrad", "terngrad=2.5"),
        ("qsgd(levels=64,coding=packed)", "qsgd=64"),
        ("qsgd(levels=64)", "qsgd=64"),
        ("uniform(bits=4)", "uniform=4"),
        ("natural", "natural"),
        ("float16", "float16"),
        ("bfloat16", "bfloat16"),
    ];

    /// <summary>Measures and prints.</summary>
    /// <param name="options">Size and threads.</param>
    /// <param name="compose">Composes a pipeline from a compressor's name.</param>
    /// <param name="corpus">Loads the text whose gradient <c>--gradient ptb</c> asks for.</param>
    /// <param name="output">Takes the table or the JSON.</param>
    public static void Run(
        CompressorBenchmarkOptions options, Func<string, PipelinePlan> compose, Func<Corpus> corpus, TextWriter output)
    {
        var methods = s_methods.Where(method => method.Composition.Contains(options.Only, StringComparison.Ordinal)).ToArray();
        if (methods.Length == 0)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--only {options.Only}: no method contains that; there are {string.Join(", ", s_methods.Select(method => method.Composition))}.");
        }

        int threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        using var team = new KernelTeam(threads);
        var bucket = options.Gradient == GradientSource.Ptb ? PtbGradient.Compute(corpus(), team) : Gaussian(options.Elements);
        int elements = bucket.Layout.Length;
        double read = Median.Milliseconds(options.Repeats, () => SumOfSquares.Invoke(team, bucket.All));
        var rows = methods.Select(method => Measure(method.Composition, compose(method.Composition), bucket, team, options.Repeats)).ToList();

        var peers = PyTorchPeer.FindInterpreter() is { } python
            ? PyTorchPeer.Measure(python, "compressors.py", [threads, elements, Math.Min(5, options.Repeats), .. methods.Select(method => method.Peer).Distinct()])
            : null;
        for (int i = 0; i < rows.Count && peers is { } line; i++)
        {
            var times = line.GetProperty("methods").GetProperty(methods[i].Peer);
            rows[i] = rows[i] with { PeerCompressMs = times[0].GetDouble(), PeerDecompressMs = times[1].GetDouble() };
        }

        var report = new CompressorReport(elements, bucket.Layout.Slots.Length, threads, read, rows);
        report.Write(options.Json, withPeer: peers is not null, output);
    }

    private static CompressorTimes Measure(string name, PipelinePlan plan, GradientBucket bucket, KernelTeam team, int repeats)
    {
        var layout = bucket.Layout;
        var compressor = plan.CreateCompressor(layout, team);
        var writer = new PayloadWriter();
        var step = new StepContext(0, 1, 0, 1, 0, new StepLedger());

        // Methods that look at the step apart from what was held back, or at its noise, see a step of the gradient's own size, and noise
        // for which an entry waits between 10 and 70 steps. The measurement begins anywhere in between.
        var random = new Random(2);
        float[] raw = [.. bucket.All[(layout.Length / 2)..], .. bucket.All[..(layout.Length / 2)]], squares = new float[layout.Length];
        float[] passedRaw = new float[layout.Length], passedSquares = new float[layout.Length];
        for (int i = 0; i < squares.Length; i++)
        {
            float wait = 10 + (60 * random.NextSingle()), passed = MathF.Floor(wait * random.NextSingle());
            squares[i] = raw[i] * raw[i] * wait;
            (passedRaw[i], passedSquares[i]) = (passed * raw[i], passed * squares[i]);
        }

        Compress(passedRaw, passedSquares);
        double compress = Median.Milliseconds(repeats, () => Compress(raw, squares));
        float[] sum = new float[layout.Length];
        double decompress = Median.Milliseconds(repeats, () =>
        {
            var reader = new PayloadReader(writer.Written);
            foreach (var slot in layout.Slots)
            {
                compressor.Decompress(ref reader, new GradientAccumulator(slot, sum.AsSpan(slot.Offset, slot.Length), 1, step));
            }
        });
        return new CompressorTimes(name, compress, decompress, 8.0 * writer.Length / layout.Length, writer.FloorBits / layout.Length);

        void Compress(float[] raw, float[] squares)
        {
            writer.Reset();
            compressor.BeginStep(layout.Slots.AsSpan(), bucket.All, step);
            foreach (var slot in layout.Slots)
            {
                compressor.Compress(new GradientView(slot, raw, bucket.All, step, squares), writer);
            }
        }
    }

    private static GradientBucket Gaussian(int count) => new(BucketLayout.Create([("gradient", [count])]), GaussianGradient.Create(count));
}
