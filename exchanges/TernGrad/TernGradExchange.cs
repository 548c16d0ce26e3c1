using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Exchanges.TernGrad;

/// <summary>
/// TernGrad with a scale that all workers share (Wen et al. 2017, section 3.3): s is each parameter's largest scale among the workers, found by one
/// all-reduce; then all draw trits with it, and trits add up as integers. Every shard's trits go to its owner, who sends the sums to
/// all: an all-reduce of integers that loses nothing, n·mean/s being a whole number between −n and n.
/// </summary>
/// <param name="options">The clip.</param>
/// <param name="context">Parameters, threads, rank and number of workers.</param>
/// <remarks>
/// Bytes a worker sends: (n−1)/n·(d/5 + d·b/8) with b = 4 bits a sum up to 7 workers, 8 up to 127, 16 beyond; 20 of header and length for each of
/// 2(n−1) messages, and 2(n−1)/n·8 a parameter for the scales. A worker keeps a copy of its gradient while the scales are agreed on.
/// </remarks>
[Algorithm(
    "terngrad", AlgorithmRole.Exchange, "TernGrad, Wen et al. 2017: shared scale, trits added up as integers",
    Carries = PayloadForm.Floats, CompressesAlike = true, WithoutMemory = "errors of its draws even out, and a residual of them would grow",
    DiffersFromPaper = "the scale that workers share is the largest after each one's own clip; values that are all equal are not clipped; unbiased with clip_const 0 alone")]
public sealed class TernGradExchange(TernGradExchangeOptions options, ComponentContext context) : IGradientAggregator
{
    private readonly ShardedLayout _shards = context.Layout.Cut(context.Workers);
    private readonly double[] _scales = new double[context.Layout.Slots.Length];
    private readonly int[] _lengths = new int[context.Workers];
    private readonly Scratch<float> _gradient = new();
    private readonly Scratch<float> _sum = new();
    private readonly PayloadWriter _up = new();
    private readonly PayloadWriter _down = new();
    private readonly GatheredPayloads _fromWorkers = new();
    private readonly GatheredPayloads _fromOwners = new();

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        WorldCheck.Require(context, communicator);
        using (step.Meter.Measure(StepPhase.Compress))
        {
            bucket.All.CopyTo(_gradient.Take(bucket.Layout.Length));
            foreach (var slot in bucket.Layout.Slots)
            {
                float scale = ClippedMaximum.Invoke(context.Team, bucket[slot], options.Clip);
                NonFiniteGradientException.ThrowIfNotFinite(scale, slot);
                _scales[slot.Index] = scale;
            }
        }

        communicator.AllReduce(_scales, ReduceOperation.Max);
        using (step.Meter.Measure(StepPhase.Compress))
        {
            DrawTrits(step);
        }

        step.Meter.AddPayload(_up.NominalBits, _up.FloorBits);
        communicator.AllToAll(_up.Written, _lengths, _fromWorkers);
        using (step.Meter.Measure(StepPhase.Decompress))
        {
            AddUp();
        }

        communicator.AllGather(_down.Written, _fromOwners);
        if (communicator.WritesResult)
        {
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                WriteMean(bucket);
            }
        }
    }

    private void DrawTrits(StepContext step)
    {
        var gradient = _gradient.Take(context.Layout.Length);
        _up.Reset();
        for (int shard = 0; shard < _lengths.Length; shard++)
        {
            int start = PayloadFrame.BeginNext(_up);
            foreach (var piece in _shards.PiecesOf(shard))
            {
                var random = new Threefry(RandomKey.Mix(step.Seed, step.Rank, step.Step, piece.Key, RandomPurpose.Rounding));
                float scale = (float)_scales[piece.Origin.Index];
                TritPack.Invoke(
                    context.Team, gradient.Slice(piece.Offset, piece.Length), scale, random, _up.Append(TritLayout.ByteCount(piece.Length)));
            }

            PayloadFrame.Finish(_up, context.Fingerprint, start);
            _lengths[shard] = _up.Length - start;
        }

        double scales = 32.0 * _scales.Length;
        _up.CountBits(scales + (Math.Log2(3) * gradient.Length), scales + (8.0 / TritLayout.Planes * gradient.Length));
    }

    private void AddUp()
    {
        int origin = _shards.Cut.Start(context.Rank);
        var sum = _sum.Take(_shards.Cut.LengthOf(context.Rank));
        sum.Clear();
        for (int worker = 0; worker < _fromWorkers.Count; worker++)
        {
            try
            {
                var reader = PayloadFrame.Open(_fromWorkers[worker], context.Fingerprint);
                foreach (var piece in _shards.PiecesOf(context.Rank))
                {
                    var bytes = reader.ReadBytes(TritLayout.ByteCount(piece.Length));
                    TritUnpackAdd.Invoke(context.Team, bytes, sum.Slice(piece.Offset - origin, piece.Length), 1);
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The trits of worker {worker} cannot be read: {failure.Message}", failure);
            }
        }

        PayloadFrame.Begin(_down);
        PackedIntegers.Write(sum, context.Workers, _down.Append(PackedIntegers.ByteCount(sum.Length, context.Workers)));
        PayloadFrame.Finish(_down, context.Fingerprint);
    }

    private void WriteMean(GradientBucket bucket)
    {
        for (int owner = 0; owner < _fromOwners.Count; owner++)
        {
            try
            {
                int start = _shards.Cut.Start(owner);
                var reader = PayloadFrame.Open(_fromOwners[owner], context.Fingerprint);
                var sums = reader.ReadBytes(PackedIntegers.ByteCount(_shards.Cut.LengthOf(owner), context.Workers));
                foreach (var piece in _shards.PiecesOf(owner))
                {
                    float scale = (float)(_scales[piece.Origin.Index] / context.Workers);
                    PackedIntegers.Read(sums, piece.Offset - start, context.Workers, scale, bucket[piece]);
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The sums of worker {owner} cannot be read: {failure.Message}", failure);
            }
        }
    }
}
