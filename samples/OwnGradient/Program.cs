using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Exchanges;
using Compression.Memory;
using Compression.Mpi;

var catalog = AlgorithmCatalog.FromAssemblies(typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly, typeof(AllGatherExchange).Assembly);
var plan = new CompressionComposer(catalog).Compose(new CompressionRequest("topk(ratio=0.01)+sign"));
using var mpi = MpiCommunicator.Start();
var layout = BucketLayout.Create([("hidden.weight", [700, 2800]), ("hidden.bias", [2800])]);
var exchange = plan.Create(layout, ThreadTeam.Single, mpi.Rank, mpi.WorldSize);
var bucket = new GradientBucket(layout, new float[layout.Length]);
bucket.All.Fill(mpi.Rank + 1); // your gradient of this step
exchange.Aggregate(bucket, new StepContext(Step: 0, Seed: 1, mpi.Rank), mpi); // now the mean over all ranks of what was sent

if (mpi.Rank == 0)
{
    Console.WriteLine($"{plan.Compressor}, {plan.Memory}, {plan.Exchange}: {bucket.All.ToArray().Count(value => value != 0)} of {layout.Length} entries on {mpi.WorldSize} ranks");
}
