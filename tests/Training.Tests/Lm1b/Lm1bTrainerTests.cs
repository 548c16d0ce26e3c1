using Compression.Training.Checkpoints;

namespace Compression.Training.Tests.Lm1b;

[Seeded]
public sealed class Lm1bTrainerTests
{
    [Fact]
    public void An_easy_text_is_learned_in_fifty_steps()
    {
        using var text = new EasyText(1000);
        var logger = Lm1bRuns.Train(
            Lm1bRuns.Tiny with
            {
                Hpconfig = "vocab_size=1000,batch_size=21,num_steps=12,emb_size=14,state_size=17,projected_size=15,num_sampled=500,keep_prob=1", MaxSteps = 50, EvalNPerEpoch = 1,
            }, text.Corpus);
        Assert.InRange(logger.Metrics[0].TrainLoss, 5, 8);
        Assert.InRange(logger.Metrics[^1].TrainLoss, 0, 1);
        Assert.InRange(logger.Summary!.TestPerplexity!.Value, 1, Math.E);
    }

    [Theory]
    [InlineData("none", "none")]
    [InlineData("topk(ratio=0.1)", "sign")]
    public void Ways_of_exchange_with_several_workers_give_the_same_losses(string compressor, string rowCompressor)
    {
        using var text = new EasyText(50);
        foreach (int workers in new[] { 1, 2, 4 })
        {
            double[][] losses = [.. new[] { "HYBRID", "MPI", "PS" }.Where(way => way != "PS" || compressor == "none").Select(way => Lm1bRuns.Train(
                Lm1bRuns.Tiny with { RunOption = way, VirtualWorkers = workers, Compressor = compressor, RowCompressor = rowCompressor }, text.Corpus)
                .Metrics.Select(row => row.TrainLoss).ToArray())];
            Assert.Equal(8, losses[0].Length);
            Assert.All(losses, other => Pairs.AssertClose(losses[0], other, 1e-6));
        }
    }

    [Theory]
    [InlineData("HYBRID", "none", "none")]
    [InlineData("HYBRID", "topk(ratio=0.1)", "sign")]
    [InlineData("MPI", "qsgd", "topk(ratio=0.2)")]
    public void A_resumed_run_ends_with_the_bits_of_an_uninterrupted_one(string way, string compressor, string rowCompressor)
    {
        using var text = new EasyText(50);
        using var whole = new TemporaryFolder();
        using var parted = new TemporaryFolder();
        var options = Lm1bRuns.Tiny with { RunOption = way, VirtualWorkers = 2, Compressor = compressor, RowCompressor = rowCompressor, CheckpointEvery = 4 };
        var straight = Lm1bRuns.Train(options, text.Corpus, whole.Path);
        Lm1bRuns.Train(options with { MaxSteps = 4 }, text.Corpus, parted.Path);
        var resumed = Lm1bRuns.Train(options with { Resume = new CheckpointStore(parted["checkpoints"]).FindLatest()! }, text.Corpus, parted.Path);
        Assert.Equal(straight.Summary!.FinalParametersSha256, resumed.Summary!.FinalParametersSha256);
        Assert.NotEqual("", straight.Summary.FinalParametersSha256);
        Assert.Equal(straight.Metrics.TakeLast(4).Select(row => row.TrainLoss), resumed.Metrics.Select(row => row.TrainLoss));

        // Weights, tables, averages, sums of squares, residuals, places in the text.
        string[] names = [.. Tensors(whole).Keys];
        Assert.Equal(rowCompressor != "none", names.Any(name => name.Contains("residual", StringComparison.Ordinal)));
        Assert.Contains(names, name => name.Contains("averages", StringComparison.Ordinal));
        Assert.Contains("embedding.shard_3", names);
        Assert.Equal(Tensors(whole), Tensors(parted));
    }

    // Those of the last checkpoint, by name, bit by bit.
    private static SortedDictionary<string, string> Tensors(TemporaryFolder run)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.GetFiles(new CheckpointStore(run["checkpoints"]).FindLatest()!, "*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var entry in file.Tensors)
            {
                all.Add(entry.Name, entry.Type switch
                {
                    TensorType.F32 => Bits<float>(file, entry),
                    TensorType.I32 => Bits<int>(file, entry),
                    _ => Bits<long>(file, entry),
                });
            }
        }

        return all;
    }

    private static string Bits<T>(SafetensorsFile file, TensorEntry entry)
        where T : unmanaged
    {
        T[] values = new T[entry.Length];
        file.Read(entry.Name, values);
        return Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
