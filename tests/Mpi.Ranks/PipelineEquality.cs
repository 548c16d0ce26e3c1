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
/// Every exchange over MPI against the same on virtual workers: averages bit for bit where the order of sums is the exchange's own, to
/// rounding where MPI adds up, and the same bytes booked for every rank.
/// </summary>
internal static class PipelineEquality
{
    private static readonly BucketLayout s_layout = BucketLayout.Create([("a", [300, 70]), ("b", [11]), ("c", [0]), ("d", [64, 5, 3])]);

    private static readonly (string Compressor, string Exchange, string Memory, float Tolerance)[] s_cases =
    [
        ("none", "allreduce", "auto", 1e-6f),
        ("none", "allreduce(format=float16)", "auto", 0),
        ("none", "allreduce(format=bfloat16)", "auto", 0),
        ("topk(ratio=0.02)", "allgather", "momentum", 0),
        ("topk(ratio=0.02)+sign", "allgather", "ef21", 0),
        ("sign", "majority", "auto", 0),
        ("none", "terngrad(clip=2)", "auto", 0),
        ("topk(ratio=0.02)", "gtopk", "residual", 0),
        ("threshold(tau=3)", "gtopk", "momentum", 0),
        ("none", "powersgd(rank=2)", "auto", 1e-4f),
        ("sign", "reducescatter", "residual", 0),
        ("topk(ratio=0.02)", "reducescatter", "residual", 0),
        ("topk(ratio=0.02)", "ps", "ef21", 0),
        ("sign", "ps(pull=compressed)", "residual", 0),
        ("topk(ratio=0.4)", "auto(recompress=false)", "residual", 0),
        ("topk(ratio=0.4)", "auto(recompress=true)", "residual", 0),
    ];

    public static void Check(MpiCommunicator world)
    {
        var catalog = AlgorithmCatalog.FromAssemblies(typeof(AllGatherExchange).Assembly, typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly);
        foreach (var (compressor, exchange, memory, tolerance) in s_cases)
        {
            var plan = new CompressionComposer(catalog).Compose(new CompressionRequest(compressor, memory, exchange, 0, new Dictionary<string, string>()));
            int n = world.WorldSize;
            var real = new Worker(plan, world.Rank, n);
            Worker[] workers = [.. Enumerable.Range(0, n).Select(rank => new Worker(plan, rank, n))];
            using var cluster = new InProcessCluster(n);
            for (int step = 0; step < 4; step++)
            {
                int current = step;
                cluster.Run(communicator => workers[communicator.Rank].Step(current, communicator));
                real.Step(step, world);
                workers[world.Rank].ExpectEqual(real, tolerance, $"{compressor} over {exchange}, memory {memory}, step {step}");
            }
        }
    }

    private sealed class Worker(CompressionPlan plan, int rank, int workers)
    {
        private readonly IGradientAggregator _aggregator = plan.Create(s_layout, ThreadTeam.Single, rank, workers);
        private readonly GradientBucket _bucket = new(s_layout, new float[s_layout.Length]);
        private readonly StepMeter _meter = new();

        public void Step(int step, ICommunicator communicator)
        {
            // Another gradient on each rank, so that payloads differ in length; one rank has none.
            var random = new Random((10 * step) + rank);
            foreach (ref float value in _bucket.All)
            {
                value = rank == 1 ? 0 : (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2);
            }

            _aggregator.Aggregate(_bucket, new StepContext(step, 1, rank, 1, 0, _meter), new MeteredCommunicator(communicator, _meter));
        }

        public void ExpectEqual(Worker other, float tolerance, string what)
        {
            for (int i = 0; i < s_layout.Length; i++)
            {
                if (Math.Abs(_bucket.All[i] - other._bucket.All[i]) > tolerance || float.IsNaN(_bucket.All[i]))
                {
                    throw new LawBrokenException($"{what}, entry {i}: {_bucket.All[i]:R} on virtual workers, {other._bucket.All[i]:R} over MPI");
                }
            }

            if (_meter.WireBytes != other._meter.WireBytes)
            {
                throw new LawBrokenException($"{what}: {_meter.WireBytes} bytes booked on virtual workers, {other._meter.WireBytes} over MPI");
            }
        }
    }
}
