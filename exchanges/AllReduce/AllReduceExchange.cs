using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Exchanges.AllReduce;

/// <summary>
/// The baseline: one all-reduce of the whole bucket, then the mean. In float32 the communicator adds up. In 16 bits every worker sends
/// each shard to its owner, who adds up in float32 in the order of ranks and sends the rounded mean to all: as many bytes as an
/// all-reduce of 16-bit numbers, without its rounding at every hop.
/// </summary>
/// <param name="options">The format.</param>
/// <param name="context">Parameters and threads.</param>
/// <remarks>Bytes a worker sends: 2(n−1)/n·d times 4, or times 2 (and 4 of length for each of 2(n−1) messages).</remarks>
[Algorithm("allreduce", AlgorithmRole.Exchange, "dense sum, float32 or 16 bits on the wire", Carries = PayloadForm.Floats)]
public sealed class AllReduceExchange(AllReduceOptions options, ComponentContext context) : IGradientAggregator
{
    private readonly HalfwordMean? _narrow = HalfwordMean.Of(options.Format, context);

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        if (_narrow is not null)
        {
            _narrow.Aggregate(bucket, step, communicator);
            return;
        }

        double bits = 32.0 * bucket.Layout.Length;
        step.Meter.AddPayload(bits, bits);
        communicator.AllReduce(bucket.All);
        if (!communicator.WritesResult)
        {
            return;
        }

        using (step.Meter.Measure(StepPhase.Decompress))
        {
            Scale.Invoke(context.Team, bucket.All, 1f / communicator.WorldSize);
        }
    }
}
