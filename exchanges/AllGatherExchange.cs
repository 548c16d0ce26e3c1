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
[Algorithm("allgather", AlgorithmRole.Exchange, "payloads of unequal length to everyone")]
public sealed class AllGatherExchange : IGradientAggregator
{
    private readonly ICompressor _compressor;
    private readonly IGradientMemory _memory;
    private readonly ComponentContext _context;
    private readonly PayloadWriter _payload = new();
    private readonly GatheredPayloads _gathered = new();

    /// <param name="compressor">Makes and reads the payload.</param>
    /// <param name="memory">Keeps what was not sent.</param>
    /// <param name="context">Threads and fingerprint.</param>
    public AllGatherExchange(ICompressor compressor, IGradientMemory memory, ComponentContext context)
    {
        _compressor = compressor;
        _memory = memory;
        _context = context;
    }

    /// <summary>Mean over the workers of the bytes of their payloads in the last step, the same on all.</summary>
    public double MeanPayloadLength => (double)_gathered.TotalLength / _gathered.Count;

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _memory.Residuals;

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
            _memory.Finish(bucket, step);
        }
    }

    public void Save(IStateWriter writer)
    {
        _memory.Save(writer);
        _compressor.Save(writer);
    }

    public void Load(IStateReader reader)
    {
        _memory.Load(reader);
        _compressor.Load(reader);
    }

    private void WritePayload(GradientBucket bucket, StepContext step)
    {
        PayloadFrame.Begin(_payload);
        var compensated = _memory.CompensateFor(_compressor, bucket, step);
        _compressor.BeginStep(bucket.Layout.Slots.AsSpan(), compensated.Values, step);
        foreach (var slot in bucket.Layout.Slots)
        {
            int start = _payload.Length;
            _compressor.Compress(new GradientView(slot, bucket.All, compensated, step, bucket.Squares.Span), _payload);
            _memory.Update(slot, new SentGradient(_compressor, slot, _payload.Written[start..], step));
        }

        PayloadFrame.Finish(_payload, _context.Fingerprint);
    }

    private void WriteMean(GradientBucket bucket, StepContext step)
    {
        Zero.Invoke(_context.Team, bucket.All);
        float scale = 1f / _gathered.Count;
        for (int rank = 0; rank < _gathered.Count; rank++)
        {
            try
            {
                var reader = PayloadFrame.Open(_gathered[rank], _context.Fingerprint);
                foreach (var slot in bucket.Layout.Slots)
                {
                    _compressor.Decompress(ref reader, new GradientAccumulator(slot, bucket[slot], scale, step));
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The payload of worker {rank} cannot be read: {failure.Message}", failure);
            }
        }
    }
}
