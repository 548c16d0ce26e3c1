using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Exchanges.AllReduce;

/// <summary>The mean of dense gradients that travel in 16 bits and are added up in float32, each shard by its owner.</summary>
internal abstract class HalfwordMean
{
    /// <summary>Takes part in the mean with what is in the bucket, and writes it there.</summary>
    public abstract void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator);

    /// <summary>The mean in a format of 16 bits; null for float32.</summary>
    public static HalfwordMean? Of(DenseFormat format, ComponentContext context) => format switch
    {
        DenseFormat.Float16 => new InFormat<Float16Format>(context, Float16Format.Largest),
        DenseFormat.Bfloat16 => new InFormat<BFloat16Format>(context, float.MaxValue),
        _ => null,
    };

    private sealed class InFormat<TFormat>(ComponentContext context, float largest) : HalfwordMean
        where TFormat : struct, IHalfwordFormat
    {
        private const int Width = sizeof(ushort);

        private readonly Scratch<byte> _narrow = new();
        private readonly Scratch<float> _mean = new();
        private readonly Scratch<int> _lengths = new();
        private readonly GatheredPayloads _fromWorkers = new();
        private readonly GatheredPayloads _fromOwners = new();

        public override void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
        {
            int length = bucket.Layout.Length;
            var cut = new ShardCut(length, communicator.WorldSize);
            var narrow = _narrow.Take(checked(Width * length));
            var lengths = _lengths.Take(communicator.WorldSize);
            using (step.Meter.Measure(StepPhase.Compress))
            {
                Round(bucket, narrow);
                for (int shard = 0; shard < lengths.Length; shard++)
                {
                    lengths[shard] = Width * cut.LengthOf(shard);
                }
            }

            step.Meter.AddPayload(16.0 * length, 16.0 * length);
            communicator.AllToAll(narrow, lengths, _fromWorkers);
            var own = narrow[..lengths[communicator.Rank]];
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                AddUp(own);
            }

            communicator.AllGather(own, _fromOwners);
            if (communicator.WritesResult)
            {
                using (step.Meter.Measure(StepPhase.Decompress))
                {
                    Zero.Invoke(context.Team, bucket.All);
                    Add(_fromOwners.All, bucket.All);
                }
            }
        }

        private void Round(GradientBucket bucket, Span<byte> narrow)
        {
            if (HalfwordPack.Invoke<TFormat>(context.Team, bucket.All, narrow) <= largest)
            {
                return;
            }

            // The format saturates: what would arrive is not what was meant.
            foreach (var slot in bucket.Layout.Slots)
            {
                if (!(HalfwordPack.Invoke<TFormat>(context.Team, bucket[slot], narrow[..(Width * slot.Length)]) <= largest))
                {
                    throw new NonFiniteGradientException(
                        slot, FormattableString.Invariant($"a value is not finite, or beyond {largest:g6}; --exchange 'allreduce(format=bfloat16)' reaches as far as float32."));
                }
            }
        }

        // The mean of numbers within a format's range is within it.
        private void AddUp(Span<byte> own)
        {
            var mean = _mean.Take(own.Length / Width);
            mean.Clear();
            for (int worker = 0; worker < _fromWorkers.Count; worker++)
            {
                Add(_fromWorkers[worker], mean);
            }

            Scale.Invoke(context.Team, mean, 1f / _fromWorkers.Count);
            HalfwordPack.Invoke<TFormat>(context.Team, mean, own);
        }

        private void Add(ReadOnlySpan<byte> bytes, Span<float> destination)
        {
            if (bytes.Length != Width * destination.Length)
            {
                throw new CommunicationException(
                    $"{bytes.Length} bytes came where {Width * destination.Length} were expected; start all ranks with the same options.");
            }

            HalfwordUnpackAdd.Invoke<TFormat>(context.Team, bytes, destination, 1);
        }
    }
}
