using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Tracking.Tests;

public sealed class SummaryFileTests : IDisposable
{
    private static readonly string[] Keys =
    [
        "status", "model", "compressor", "memory", "exchange", "num_workers", "parameters", "steps", "skipped_steps", "epochs", "tokens", "train_loss",
        "valid_perplexity", "test_perplexity", "words_per_second", "peak_memory_bytes", "final_parameters_sha256", "bytes", "seconds",
    ];

    // dense_float16_per_step: the second dense baseline, beside the first.
    private static readonly string[] ByteKeys =
    [
        "wire_per_step_per_worker", "wire_total", "nominal_per_step", "entropy_floor_per_step", "dense_per_step", "dense_float16_per_step",
        "wire_compression_ratio",
    ];

    private static readonly string[] SecondKeys =
        ["total", "forward_backward", "compress", "communicate", "decompress", "update", "evaluate", "checkpoint", "hidden", "copy"];

    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _run;

    public SummaryFileTests() => _run = _folder.NewRun();

    public void Dispose() => _folder.Dispose();

    private JsonElement Written(RunSummary summary)
    {
        using var logger = new SummaryFileRunLogger(_run);
        logger.Finish(summary);
        using var document = JsonDocument.Parse(File.ReadAllText(_run.PathOf(RunFiles.Summary)));
        return document.RootElement.Clone();
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);

    [Fact]
    public void The_keys_are_the_documented_ones()
    {
        var root = Written(Samples.Summary());
        Assert.Equal(Keys, Names(root));
        Assert.Equal(ByteKeys, Names(root.GetProperty("bytes")));
        Assert.Equal(SecondKeys, Names(root.GetProperty("seconds")));
    }

    [Theory]
    [InlineData("interrupted")]
    [InlineData("failed")]
    public void A_run_that_did_not_complete_says_why(string status)
    {
        var root = Written(Samples.Summary() with { Status = status, Reason = "loss is not finite" });
        Assert.Equal([.. Keys, "reason"], Names(root));
        Assert.Equal(status, root.GetProperty("status").GetString());
        Assert.Equal("loss is not finite", root.GetProperty("reason").GetString());
    }

    [Fact]
    public void What_is_missing_or_not_finite_is_null_and_keeps_its_key()
    {
        var sample = Samples.Summary();
        var root = Written(sample with
        {
            TrainLoss = double.NaN,
            ValidPerplexity = null,
            TestPerplexity = double.PositiveInfinity,
            Bytes = sample.Bytes with { WireCompressionRatio = double.NaN },
        });
        Assert.Equal(Keys, Names(root));
        foreach (var key in new[] { "train_loss", "valid_perplexity", "test_perplexity" })
        {
            Assert.Equal(JsonValueKind.Null, root.GetProperty(key).ValueKind);
        }

        Assert.Equal(JsonValueKind.Null, root.GetProperty("bytes").GetProperty("wire_compression_ratio").ValueKind);
    }

    [Fact]
    public void A_summary_reads_back_equal()
    {
        var summary = Samples.Summary() with { TrainLoss = 1.0 / 3, TestPerplexity = null };
        Written(summary);
        Assert.Equal(summary, SummaryFile.Read(_run.PathOf(RunFiles.Summary)));
    }

    [Fact]
    public void A_figure_that_was_not_finite_reads_back_as_NaN()
    {
        Written(Samples.Summary() with { WordsPerSecond = double.PositiveInfinity });
        Assert.True(double.IsNaN(SummaryFile.Read(_run.PathOf(RunFiles.Summary)).WordsPerSecond));
    }

    [Fact]
    public void The_text_is_for_people_too()
    {
        Written(Samples.Summary());
        var text = File.ReadAllText(_run.PathOf(RunFiles.Summary));
        Assert.Contains("\"compressor\": \"topk(ratio=0.001)+float32\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_that_cannot_be_written_leaves_nothing_half_done()
    {
        // A folder in the file's place makes the last act, the renaming, fail.
        Directory.CreateDirectory(_run.PathOf(RunFiles.Summary));
        using var logger = new SummaryFileRunLogger(_run);
        var error = Assert.Throws<UserErrorException>(() => logger.Finish(Samples.Summary()));
        Assert.Equal(ExitCode.Failure, error.Code);
        Assert.Equal(
            [_run.PathOf(RunFiles.Log), _run.PathOf(RunFiles.Summary)], Directory.GetFileSystemEntries(_run.FullPath).Order());
    }

    [Fact]
    public void A_reader_of_the_old_summary_is_not_disturbed_by_the_new_one()
    {
        Written(Samples.Summary() with { Steps = 1 });
        using var reader = new StreamReader(_run.PathOf(RunFiles.Summary));
        var first = reader.Read();
        Written(Samples.Summary() with { Steps = 2 });
        var old = JsonDocument.Parse((char)first + reader.ReadToEnd());
        Assert.Equal(1, old.RootElement.GetProperty("steps").GetInt64());
        Assert.Equal(2, SummaryFile.Read(_run.PathOf(RunFiles.Summary)).Steps);
    }
}
