using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Exchanges.MajorityVote;

/// <summary>
/// signSGD with majority vote (Bernstein et al. 2018, Algorithm 3; 2019 for Signum, whose workers vote with the sign of
/// u ← βu + (1−β)g). Every worker sends each shard's signs to the shard's owner, who counts, and sends what most say to all: 1 bit an
/// element up, 1 bit down. sign(0) is +. Where n is even and votes are split, elements of even and odd position take turns from step
/// to step, so that ties favour no sign.
/// </summary>
/// <param name="options">Scale and momentum.</param>
/// <param name="context">Parameters, threads, rank and number of workers.</param>
/// <remarks>
/// The paper's step is ±1 an element. Here it is by default ± the mean over the workers of the parameter's mean magnitude, so that a
/// learning rate found for other methods can be kept. Worker i mod n averages the magnitudes of parameter i.
/// Bytes a worker sends: 2(n−1)/n·d/8, and 20 of header and length for each of 2(n−1) messages, and 4 a parameter.
/// </remarks>
[Algorithm(
    "majority", AlgorithmRole.Exchange, "signSGD and Signum with majority vote, Bernstein et al. 2018, 2019",
    Carries = PayloadForm.Signs, CompressesAlike = true, WithoutMemory = "a vote tells no worker what of its gradient arrived",
    DiffersFromPaper = "the result is the majority's sign times the mean magnitude (scale=one: 1, as in the papers); a split vote goes to both signs in turn")]
public sealed class MajorityVoteExchange(MajorityVoteOptions options, ComponentContext context) : IGradientAggregator
{
    private readonly ShardCut _cut = new(context.Layout.Length, context.Workers);
    private readonly float[] _velocity = options.Momentum > 0 ? new float[context.Layout.Length] : [];
    private readonly int[] _lengths = new int[context.Workers];
    private readonly Scratch<byte> _bits = new();
    private readonly Scratch<byte> _rows = new();
    private readonly PayloadWriter _up = new();
    private readonly PayloadWriter _down = new();
    private readonly GatheredPayloads _ballots = new();
    private readonly GatheredPayloads _results = new();

    private int OwnBytes => BytesOf(context.Rank);

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        WorldCheck.Require(context, communicator);
        using (step.Meter.Measure(StepPhase.Compress))
        {
            WriteBallots(bucket.All);
        }

        step.Meter.AddPayload(_up.NominalBits, _up.FloorBits);
        communicator.AllToAll(_up.Written, _lengths, _ballots);
        using (step.Meter.Measure(StepPhase.Decompress))
        {
            Count(step.Step);
        }

        communicator.AllGather(_down.Written, _results);
        if (communicator.WritesResult)
        {
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                WriteResult(bucket);
            }
        }
    }

    public void Save(IStateWriter writer)
    {
        foreach (var slot in _velocity.Length == 0 ? [] : context.Layout.Slots)
        {
            writer.Write($"signum/{slot.Name}", _velocity.AsSpan(slot.Offset, slot.Length));
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in _velocity.Length == 0 ? [] : context.Layout.Slots)
        {
            reader.Read($"signum/{slot.Name}", _velocity.AsSpan(slot.Offset, slot.Length));
        }
    }

    // A ballot: the magnitudes of the parameters that the receiver averages, then the signs of its shard.
    private void WriteBallots(ReadOnlySpan<float> values)
    {
        if (_velocity.Length > 0)
        {
            AddScaled.Invoke(context.Team, _velocity, (float)options.Momentum, values, (float)(1 - options.Momentum));
            values = _velocity;
        }

        var bits = _bits.Take((values.Length + 7) / 8);
        SignPack.Invoke(context.Team, values, bits);
        _up.Reset();
        for (int owner = 0; owner < _lengths.Length; owner++)
        {
            int start = PayloadFrame.BeginNext(_up);
            for (int slot = owner; HasScales && slot < context.Layout.Slots.Length; slot += _lengths.Length)
            {
                _up.WriteSingle(MeanMagnitude(context.Layout.Slots[slot], values));
            }

            bits.Slice(_cut.Start(owner) / 8, BytesOf(owner)).CopyTo(_up.Append(BytesOf(owner)));
            PayloadFrame.Finish(_up, context.Fingerprint, start);
            _lengths[owner] = _up.Length - start;
        }

        double size = values.Length + (HasScales ? 32.0 * context.Layout.Slots.Length : 0);
        _up.CountBits(size, size);
    }

    private void Count(long step)
    {
        int rowLength = (OwnBytes + MajorityBits.BlockLength - 1) / MajorityBits.BlockLength * MajorityBits.BlockLength;
        var rows = _rows.Take(_lengths.Length * rowLength);
        PayloadFrame.Begin(_down);
        Span<double> scales = stackalloc double[Owned(context.Rank)];
        scales.Clear();
        for (int worker = 0; worker < _lengths.Length; worker++)
        {
            try
            {
                var reader = PayloadFrame.Open(_ballots[worker], context.Fingerprint);
                foreach (ref double scale in scales)
                {
                    scale += reader.ReadSingle();
                }

                var row = rows.Slice(worker * rowLength, rowLength);
                reader.ReadBytes(OwnBytes).CopyTo(row);
                row[OwnBytes..].Clear();
                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The vote of worker {worker} cannot be read: {failure.Message}", failure);
            }
        }

        foreach (double scale in scales)
        {
            _down.WriteSingle((float)(scale / _lengths.Length));
        }

        byte tie = (byte)(step % 2 == 0 ? 0x55 : 0xAA);
        MajorityBits.Invoke(context.Team, rows, _lengths.Length, tie, _down.Append(rowLength));
        _down.Trim(rowLength - OwnBytes);
        PayloadFrame.Finish(_down, context.Fingerprint);
    }

    private void WriteResult(GradientBucket bucket)
    {
        Zero.Invoke(context.Team, bucket.All);
        var bits = _bits.Take((bucket.Layout.Length + 7) / 8);
        Span<float> scales = stackalloc float[bucket.Layout.Slots.Length];
        scales.Fill(1);
        for (int owner = 0; owner < _lengths.Length; owner++)
        {
            try
            {
                var reader = PayloadFrame.Open(_results[owner], context.Fingerprint);
                for (int slot = owner; HasScales && slot < scales.Length; slot += _lengths.Length)
                {
                    scales[slot] = reader.ReadSingle();
                }

                reader.ReadBytes(BytesOf(owner)).CopyTo(bits[(_cut.Start(owner) / 8)..]);
                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The count of worker {owner} cannot be read: {failure.Message}", failure);
            }
        }

        SignUnpackAdd.Invoke(context.Team, bits, bucket.All, 1);
        foreach (var slot in bucket.Layout.Slots)
        {
            Scale.Invoke(context.Team, bucket[slot], scales[slot.Index]);
        }
    }

    private bool HasScales => options.Scale == VoteScale.Mean;

    private int Owned(int owner) => HasScales ? Math.Max(0, (context.Layout.Slots.Length - owner + _lengths.Length - 1) / _lengths.Length) : 0;

    private int BytesOf(int shard) => (_cut.LengthOf(shard) + 7) / 8;

    private float MeanMagnitude(ParameterSlot slot, ReadOnlySpan<float> values)
    {
        if (slot.Length == 0)
        {
            return 0;
        }

        float mean = (float)(SumOfMagnitudes.Invoke(context.Team, values.Slice(slot.Offset, slot.Length)) / slot.Length);
        return float.IsFinite(mean) ? mean : throw new NonFiniteGradientException(slot, "its mean magnitude is not finite.");
    }
}
