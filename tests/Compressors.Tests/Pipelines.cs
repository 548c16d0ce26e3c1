using Compression.Compressors.Sparsifiers;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Memory;

namespace Compression.Compressors.Tests;

/// <summary>Compositions for tests, made by name as the command line makes them.</summary>
internal static class Pipelines
{
    public static AlgorithmCatalog Catalog { get; } = AlgorithmCatalog.FromAssemblies(
        typeof(ICompressor).Assembly, typeof(TopKSparsifier).Assembly, typeof(NoMemory).Assembly);

    public static PipelinePlan Plan(
        string compressor, string memory = "auto", string exchange = "auto", int minSlotSize = 0, params (string Name, string Value)[] flags) =>
        new PipelineComposer(Catalog).Compose(new PipelineRequest(
            compressor, memory, exchange, minSlotSize, flags.ToDictionary(flag => flag.Name, flag => flag.Value)));

    public static BucketLayout Layout(params long[] lengths) =>
        BucketLayout.Create(lengths.Select((length, i) => ($"p{i}", (IReadOnlyList<long>)[length])));

    public static StepContext Step(int rank = 0, long step = 0) => new(step, Seed: 1, rank, LearningRate: 1, Epoch: 0, new StepLedger());

    /// <summary>Runs one step of n workers, each with its gradient, and returns the average that each has afterwards.</summary>
    public static float[][] Aggregate(BucketLayout layout, IGradientAggregator[] aggregators, float[][] gradients, long step = 0)
    {
        float[][] buckets = [.. gradients.Select(gradient => gradient.ToArray())];
        using var cluster = new InProcessCluster(gradients.Length);
        cluster.Run(communicator => aggregators[communicator.Rank].Aggregate(
            new GradientBucket(layout, buckets[communicator.Rank]), Step(communicator.Rank, step), communicator));
        return buckets;
    }

    /// <summary>A compressor for one slot, through the composer, without exchange: compress, then decode into zeros.</summary>
    public static (byte[] Payload, float[] Decoded, PayloadWriter Writer) RoundTrip(ICompressor compressor, ParameterSlot slot, float[] values)
    {
        var writer = new PayloadWriter();
        compressor.BeginStep([slot], values, Step());
        compressor.Compress(new GradientView(slot, values, values, Step()), writer);
        float[] decoded = new float[slot.Length];
        var reader = new PayloadReader(writer.Written);
        compressor.Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, Step()));
        reader.ExpectEnd();
        return (writer.Written.ToArray(), decoded, writer);
    }

    /// <summary>Every sparsifier with every quantizer of the catalogue.</summary>
    public static IEnumerable<(string Name, Func<KernelTeam, ICompressor> Create)> AllPairs()
    {
        foreach (var sparsifier in Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Sparsifier))
        {
            foreach (var quantizer in Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Quantizer))
            {
                yield return ($"{sparsifier.Name}+{quantizer.Name}", team =>
                {
                    var context = new ComponentContext(Layout(), team, 0);
                    return new SelectThenQuantize(
                        (ISparsifier)sparsifier.CreateDefault(context), (IQuantizer)quantizer.CreateDefault(context));
                });
            }
        }
    }
}
