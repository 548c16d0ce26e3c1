using Compression.Communication.Contract;
using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Exchanges;
using Compression.Memory;

namespace Compression.Mpi.Ranks;

/// <summary>
/// The bytes that the account books for compressed gradients against the lengths of the buffers really handed to MPI: a payload and
/// its length go to n−1 peers, from one buffer each.
/// </summary>
internal static class PipelineBytes
{
    public static void Count(MpiCommunicator world)
    {
        var catalog = AlgorithmCatalog.FromAssemblies(typeof(AllGatherExchange).Assembly, typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly);
        var layout = BucketLayout.Create([("a", [300, 70]), ("b", [11])]);
        foreach (string compressor in (string[])["topk(ratio=0.01)", "topk(ratio=0.01)+sign", "sign"])
        {
            var plan = new CompressionComposer(catalog).Compose(new CompressionRequest(compressor, "auto", "auto", 0, new Dictionary<string, string>()));
            var aggregator = plan.Create(layout, ThreadTeam.Single);
            var bucket = new GradientBucket(layout, new float[layout.Length]);
            var meter = new StepMeter();
            long before = world.BytesHanded;
            for (int step = 0; step < 5; step++)
            {
                // Another gradient on each rank, so that payloads differ in length.
                var random = new Random((10 * step) + world.Rank);
                foreach (ref float value in bucket.All)
                {
                    value = (float)random.NextDouble() - 0.5f;
                }

                aggregator.Aggregate(bucket, new StepContext(step, 1, world.Rank, 1, 0, meter), new MeteredCommunicator(world, meter));
            }

            long handed = world.BytesHanded - before, peers = Math.Max(1, world.WorldSize - 1);
            if (meter.WireBytes != handed * peers)
            {
                throw new LawBrokenException($"{compressor}: {meter.WireBytes} bytes booked, {handed} handed to MPI for {peers} peers each");
            }
        }
    }
}
