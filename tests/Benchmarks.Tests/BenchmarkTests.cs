using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Compression.Core.Communication;

namespace Compression.Benchmarks.Tests;

/// <summary>The measurements run, and report what does not depend on the machine rightly. Times are shown, never judged.</summary>
[Seeded]
public sealed partial class BenchmarkTests
{
    [Fact]
    public void Compressors_report_the_bits_that_they_write()
    {
        using var output = new StringWriter();
        CompressorBenchmark.Run(new CompressorBenchmarkOptions { Elements = 20_000, Repeats = 1, Threads = 1, Json = true, WarmUp = TimeSpan.Zero }, Compositions.Compose, () => throw new InvalidOperationException("no text was asked for"), output);

        using var report = JsonDocument.Parse(output.ToString());
        var methods = report.RootElement.GetProperty("methods").EnumerateArray().ToDictionary(method => method.GetProperty("method").GetString()!);
        Assert.True(report.RootElement.GetProperty("memory_read_gb").GetDouble() > 0);
        Assert.All(methods.Values, method =>
        {
            double ours = method.GetProperty("compress_ms").GetDouble() + method.GetProperty("decompress_ms").GetDouble();
            Assert.Equal(method.GetProperty("peer_ms").GetDouble() / ours, method.GetProperty("ratio").GetDouble(), 1e-9);
            Assert.Equal(method.GetProperty("compress_ms").GetDouble() / method.GetProperty("plain_read_ms").GetDouble(), method.GetProperty("reads").GetDouble(), 1e-9);
        });
        Assert.InRange(methods["sign"].GetProperty("payload_bits").GetDouble(), 1.0, 1.1);

        Assert.True(methods.ContainsKey("chunktopk(ratio=0.01)") && methods.ContainsKey("levels2"));

        // Of a matrix of 160 × 125 each of 20 tiles of 40 × 25 sends 32 coefficients, and which.
        Assert.InRange(methods["dcttopk"].GetProperty("payload_bits").GetDouble(), 0.032 * 32, 0.032 * 40);

        // 20 of 20,000 entries at 32 bits each, and at least the entropy of which they are.
        double floor = 0.001 * 32;
        Assert.InRange(methods["topk(ratio=0.001)"].GetProperty("payload_bits").GetDouble(), floor, 3 * floor);
        Assert.True(methods["topk(ratio=0.001)+sign"].GetProperty("payload_bits").GetDouble() < methods["topk(ratio=0.001)"].GetProperty("payload_bits").GetDouble());
    }

    [Fact]
    public void The_training_step_is_timed_and_its_split_adds_up()
    {
        using var output = new StringWriter();
        var options = new TrainingBenchmarkOptions { Steps = 2, NumHid = 8, NumLayers = 1, BatchSize = 2, Bptt = 3, Dropout = 0, Threads = 1, Compressor = "topk" };
        TrainingBenchmark.Run(options, Compositions.Compose, output);

        string report = output.ToString();
        Assert.Contains("words/s", report, StringComparison.Ordinal);
        Assert.Contains("topk(ratio=0.01,scope=slot)", report, StringComparison.Ordinal);
        string split = report.Split('\n').Single(line => line.Contains("our split", StringComparison.Ordinal));
        double sum = Percentage().Matches(split).Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.InRange(sum, 99.5, 100.5);
    }

    [Fact]
    public void The_step_of_a_large_vocabulary_is_timed_and_its_split_adds_up()
    {
        using var output = new StringWriter();
        var options = new Lm1bBenchmarkOptions { Steps = 2, VocabSize = 60, BatchSize = 3, NumSteps = 4, EmbSize = 5, StateSize = 6, ProjectedSize = 4, NumSampled = 20, Threads = 1 };
        Lm1bBenchmark.Run(options, Compositions.Compose, output);

        string report = output.ToString();
        Assert.Contains("20 of 60 words sampled", report, StringComparison.Ordinal);
        Assert.Contains("words/s", report, StringComparison.Ordinal);
        string split = report.Split('\n').Single(line => line.Contains("our split", StringComparison.Ordinal));
        Assert.InRange(Percentage().Matches(split).Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)), 99.5, 100.5);
    }

    public static TheoryData<string, Action<TextWriter>> Comparisons() => new()
    {
        {
            "ptb-lstm",
            output => TrainingBenchmark.Run(
                new TrainingBenchmarkOptions { Steps = 2, NumHid = 8, NumLayers = 1, BatchSize = 2, Bptt = 3, Threads = 2, Json = true }, Compositions.Compose, output)
        },
        {
            "transformer-xl",
            output => TransformerXlBenchmark.Run(
                new TransformerXlBenchmarkOptions
                {
                    Steps = 2, Vocabulary = 60, Cutoffs = "10,30", NLayer = 1, DModel = 8, NHead = 2, DHead = 4, DInner = 8, BatchSize = 2, TgtLen = 4, Threads = 2, Json = true,
                },
                Compositions.Compose,
                output)
        },
        {
            "lm1b-lstm",
            output => Lm1bBenchmark.Run(
                new Lm1bBenchmarkOptions { Steps = 2, VocabSize = 60, BatchSize = 3, NumSteps = 4, EmbSize = 5, StateSize = 6, ProjectedSize = 4, NumSampled = 20, Threads = 2, Json = true },
                Compositions.Compose,
                output)
        },
    };

    [Theory]
    [MemberData(nameof(Comparisons))]
    public void Our_step_is_compared_with_the_peers_and_with_the_machine(string model, Action<TextWriter> run)
    {
        using var output = new StringWriter();
        run(output);

        using var report = JsonDocument.Parse(output.ToString());
        double Of(string key) => report.RootElement.GetProperty(key).GetDouble();
        Assert.True(Of("ours") > 0 && Of("peer") > 0, model);
        Assert.Equal(Of("ours") / Of("peer"), Of("ratio"), 1e-9);
        Assert.True(Of("ours_best") >= Of("ours") && Of("peer_best") >= Of("peer"), model);
        Assert.InRange(Of("peer_threads"), 1, 2);

        // Words a second to steps a second: the batches above have 6, 8 and 12 words.
        double words = model switch { "ptb-lstm" => 6, "transformer-xl" => 8, _ => 12 };
        Assert.Equal(Of("ours") / words * Of("step_gflop") / Of("peak_gflops"), Of("share_of_peak"), 1e-9);
        Assert.True(Of("peak_gflops") > 0 && Of("peak_gflops_one_thread") > 0, model);
    }

    [Fact]
    public void Steps_are_timed_method_by_method()
    {
        using var output = new StringWriter();
        using var alone = new LocalCommunicator();
        var options = new StepBenchmarkOptions { NumHid = 8, NumLayers = 1, BatchSize = 2, Bptt = 3, Steps = 3, Methods = "none; topk(ratio=0.1)+sign; none via powersgd(rank=2)", Json = true };
        StepBenchmark.Run(options, alone, Compositions.Compose, output);

        var report = StepReport.Parse(output.ToString());
        Assert.Equal(["none", "topk(ratio=0.1)+sign", "none via powersgd(rank=2)"], report.Methods.Select(method => method.Method));
        Assert.All(report.Methods, method => Assert.True(method.StepMs > 0 && method.ForwardBackwardMs > 0));
        Assert.True(report.Methods[1].CompressMs > 0);
        Assert.True(report.Methods[1].WireBytes < report.Methods[0].WireBytes);
    }

    [Fact]
    public void An_outer_step_has_the_bytes_of_one_exchange()
    {
        using var alone = new LocalCommunicator();
        var options = new StepBenchmarkOptions { NumHid = 8, NumLayers = 1, BatchSize = 2, Bptt = 3, Steps = 2, Methods = "none; sign", Json = true };
        var (single, outer) = (Measure(options), Measure(options with { LocalSteps = 50 }));
        Assert.Equal(single.Methods.Select(method => method.WireBytes), outer.Methods.Select(method => method.WireBytes));
        Assert.Equal((1, 50), (single.LocalSteps, outer.LocalSteps));
        Assert.Equal((3 + 2, 50 * (1 + 2)), (options.TotalSteps, (options with { LocalSteps = 50 }).TotalSteps));

        StepReport Measure(StepBenchmarkOptions options)
        {
            using var output = new StringWriter();
            StepBenchmark.Run(options, alone, Compositions.Compose, output);
            return StepReport.Parse(output.ToString());
        }
    }

    [GeneratedRegex(@"([\d.]+) ?%")]
    private static partial Regex Percentage();
}
