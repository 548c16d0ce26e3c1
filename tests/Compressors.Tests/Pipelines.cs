using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;
using Compression.Core.Tests;
using Compression.Exchanges;
using Compression.Memory;

namespace Compression.Compressors.Tests;

/// <summary>Compositions for tests, made by name as the command line makes them.</summary>
internal static class Pipelines
{
    /// <summary>The product's algorithms, and the one that CONTRIBUTING.md shows.</summary>
    public static AlgorithmCatalog Catalog { get; } = AlgorithmCatalog.FromAssemblies(
        typeof(AllGatherExchange).Assembly, typeof(TopKSparsifier).Assembly, typeof(NoMemory).Assembly, typeof(Pipelines).Assembly);

    public static CompressionPlan Plan(
        string compressor, string memory = "auto", string exchange = "auto", int minSlotSize = 0, string slots = "", int warmupEpochs = 0,
        params (string Name, string Value)[] flags) =>
        new CompressionComposer(Catalog).Compose(new CompressionRequest(
            compressor, memory, exchange, minSlotSize, flags.ToDictionary(flag => flag.Name, flag => flag.Value))
        {
            SlotOverrides = slots,
            WarmupEpochs = warmupEpochs,
        });

    public static BucketLayout Layout(params long[] lengths) =>
        BucketLayout.Create(lengths.Select((length, i) => ($"p{i}", (IReadOnlyList<long>)[length])));

    public static StepContext Step(int rank = 0, long step = 0) => new(step, Seed: 1, rank, LearningRate: 1, Epoch: 0, new StepMeter());

    /// <summary>The aggregators of n workers.</summary>
    public static IGradientAggregator[] Workers(CompressionPlan plan, BucketLayout layout, int count) =>
        [.. Enumerable.Range(0, count).Select(rank => plan.Create(layout, ThreadTeam.Single, rank, count))];

    /// <summary>Runs one step of n workers, each with its gradient, and returns the average that each has afterwards.</summary>
    public static float[][] Aggregate(BucketLayout layout, IGradientAggregator[] aggregators, float[][] gradients, long step = 0)
    {
        float[][] buckets = [.. gradients.Select(gradient => gradient.ToArray())];
        using var cluster = new InProcessCluster(gradients.Length);
        cluster.Run(communicator => aggregators[communicator.Rank].Aggregate(
            new GradientBucket(layout, buckets[communicator.Rank]), Step(communicator.Rank, step), communicator));
        return buckets;
    }

    /// <summary>What the workers hold back together, element by element.</summary>
    public static double[] SumOfResiduals(IEnumerable<IGradientAggregator> aggregators, int length)
    {
        double[] sums = new double[length];
        foreach (var aggregator in aggregators)
        {
            var state = new StateInMemory();
            aggregator.Save(state);
            float[] residual = [.. state.Arrays.Where(array => array.Key.StartsWith("residual/", StringComparison.Ordinal)).SelectMany(array => (float[])array.Value)];
            for (int i = 0; i < residual.Length; i++)
            {
                sums[i] += residual[i];
            }
        }

        return sums;
    }

    /// <summary>A compressor for one slot, through the composer, without exchange: compress, then decode into zeros.</summary>
    public static (byte[] Payload, float[] Decoded, PayloadWriter Writer) RoundTrip(
        ICompressor compressor, ParameterSlot slot, float[] values, long step = 0)
    {
        var writer = new PayloadWriter();
        Compress(compressor, slot, values, writer, step);
        float[] decoded = new float[slot.Length];
        var reader = new PayloadReader(writer.Written);
        compressor.Decompress(ref reader, new GradientAccumulator(slot, decoded, 1, Step(step: step)));
        reader.ExpectEnd();
        return (writer.Written.ToArray(), decoded, writer);
    }

    /// <summary>Compresses one slot, in the bucket of which it is alone. A third of the entries is noisy: their squares over micro-batches exceed their own.</summary>
    public static void Compress(ICompressor compressor, ParameterSlot slot, float[] values, PayloadWriter writer, long step = 0)
    {
        float[] squares = TestData.Noise(values.Length, seed: (int)step);
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] *= values[i] * values[i];
        }

        compressor.BeginStep([slot], values, Step(step: step));
        compressor.Compress(new GradientView(slot, values, values, Step(step: step), squares), writer);
    }

    /// <summary>Every sparsifier with every quantizer of the catalogue.</summary>
    public static IEnumerable<(string Name, Func<ThreadTeam, BucketLayout, ICompressor> Create)> AllPairs()
    {
        foreach (var sparsifier in Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Sparsifier))
        {
            foreach (var quantizer in Catalog.Entries.Where(entry => entry.Role == AlgorithmRole.Quantizer))
            {
                yield return ($"{sparsifier.Name}+{quantizer.Name}", (team, layout) =>
                {
                    var context = new ComponentContext(layout, team, 0);
                    var (chooses, writes) = (sparsifier.WithDefaults(), quantizer.WithDefaults());
                    return new SelectThenQuantize(
                        (ISparsifier)chooses.Create(context), (IQuantizer)writes.Create(context), chooses.Has(AlgorithmTraits.KeepsAll), team);
                });
            }
        }
    }
}
