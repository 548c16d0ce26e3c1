using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Compression.Compressors.Sparsifiers;
using Compression.Core.Catalog;
using Compression.Core.Pipeline;
using Compression.Memory;

namespace Compression.Benchmarks.Tests;

/// <summary>The measurements run, and report what does not depend on the machine rightly. Times are shown, never judged.</summary>
public sealed partial class BenchmarkTests
{
    private static readonly AlgorithmCatalog s_catalog = AlgorithmCatalog.FromAssemblies(
        typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly, typeof(CompressedGather).Assembly);

    [Fact]
    public void Compressors_report_the_bits_that_they_write()
    {
        using var output = new StringWriter();
        CompressorBenchmark.Run(new CompressorBenchmarkOptions { Elements = 20_000, Repeats = 1, Threads = 1, Json = true }, Compose, () => throw new InvalidOperationException("no text was asked for"), output);

        using var report = JsonDocument.Parse(output.ToString());
        var methods = report.RootElement.GetProperty("methods").EnumerateArray().ToDictionary(method => method.GetProperty("method").GetString()!);
        Assert.All(methods.Values, method => Assert.True(method.GetProperty("compress_ms").GetDouble() > 0));
        Assert.InRange(methods["sign"].GetProperty("payload_bits").GetDouble(), 1.0, 1.1);

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
        TrainingBenchmark.Run(options, Compose, output);

        string report = output.ToString();
        Assert.Contains("words/s", report, StringComparison.Ordinal);
        Assert.Contains("topk(ratio=0.01,scope=slot)", report, StringComparison.Ordinal);
        string split = report.Split('\n').Single(line => line.Contains("our split", StringComparison.Ordinal));
        double sum = Percentage().Matches(split).Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.InRange(sum, 99.5, 100.5);
    }

    private static PipelinePlan Compose(string compressor) => new PipelineComposer(s_catalog).Compose(
        new PipelineRequest(compressor, "auto", "auto", MinSlotSize: 0, ImmutableDictionary<string, string>.Empty));

    [GeneratedRegex(@"([\d.]+) ?%")]
    private static partial Regex Percentage();
}
