using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Exchanges;

/// <summary>
/// The usual exchange: compensate, compress, all-gather the payloads of all slots in one collective, decode, mean. The memory is
/// updated before the exchange, with what this worker's own payload decodes to: the peers decode the same.
/// </summary>
/// <param name="compressor">Makes and reads the payload.</param>
/// <param name="memory">Keeps what was not sent.</param>
/// <param name="context">Threads and fingerprint.</param>
[Algorithm("allgather", AlgorithmRole.Exchange, "payloads of unequal length to everyone")]
public sealed class AllGatherExchange(ICompressor compressor, IGradientMemory memory, ComponentContext context) : IGradientAggregator
{
    private readonly PayloadWriter _payload = new();
    private readonly GatheredPayloads _gathered = new();

    /// <summary>Mean over the workers of the bytes of their payloads in the last step, the same on all.</summary>
    public double MeanPayloadLength => (double)_gathered.TotalLength / _gathered.Count;

    public IEnumerable<ReadOnlyMemory<float>> Residuals => memory.Residuals;

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        using (step.Meter.Measure(StepPhase.Compress))
        {
            WritePayload(bucket, step);
        }

        step.Meter.AddPayload(_payload.NominalBits, _payload.FloorBits);
        communicator.AllGather(_payload.Written, _gathered);
        if (!communicator.WritesResult)
        {
            return;
        }

        using (step.Meter.Measure(StepPhase.Decompress))
        {
            WriteMean(bucket, step);
            memory.Finish(bucket, step);
        }
    }

    public void Save(IStateWriter writer)
    {
        memory.Save(writer);
        compressor.Save(writer);
    }

    public void Load(IStateReader reader)
    {
        memory.Load(reader);
        compressor.Load(reader);
    }

    private void WritePayload(GradientBucket bucket, StepContext step)
    {
        PayloadFrame.Begin(_payload);
        var compensated = memory.CompensateFor(compressor, bucket, step);
        compressor.BeginStep(bucket.Layout.Slots.AsSpan(), compensated.Values, step);
        foreach (var slot in bucket.Layout.Slots)
        {
            int start = _payload.Length;
            compressor.Compress(new GradientView(slot, bucket.All, compensated, step, bucket.Squares.Span), _payload);
            memory.Update(slot, new SentGradient(compressor, slot, _payload.Written[start..], step));
        }

        PayloadFrame.Finish(_payload, context.Fingerprint);
    }

    private void WriteMean(GradientBucket bucket, StepContext step)
    {
        Zero.Invoke(context.Team, bucket.All);
        float scale = 1f / _gathered.Count;
        for (int rank = 0; rank < _gathered.Count; rank++)
        {
            try
            {
                var reader = PayloadFrame.Open(_gathered[rank], context.Fingerprint);
                foreach (var slot in bucket.Layout.Slots)
                {
                    compressor.Decompress(ref reader, new GradientAccumulator(slot, bucket[slot], scale, step) { TakesCoefficients = true });
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The payload of worker {rank} cannot be read: {failure.Message}", failure);
            }
        }

        foreach (var slot in bucket.Layout.Slots)
        {
            compressor.TransformBack(slot, bucket[slot], step);
        }
    }
}
