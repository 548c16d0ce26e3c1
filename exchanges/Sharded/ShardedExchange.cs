using System.Runtime.InteropServices;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Exchanges.Sharded;

/// <summary>
/// Two legs. The bucket is cut into n shards, each owned by one worker. Up: every worker compresses each shard and sends it to the shard's
/// owner, who decodes and adds. Down: the owner sends the sum to all, compressed again or in float32. What the second compression holds
/// back, the owner adds to the next sum, if there is a memory. Neither leg grows with n.
/// </summary>
/// <remarks>
/// Bytes a worker sends, with p bytes of compressed gradient and q of compressed sum: (n−1)/n·(p + q), or (n−1)/n·(p + 4d); beside them
/// 16 bytes of header and 4 of length for each of 2(n−1) messages.
/// </remarks>
public abstract class ShardedExchange : IGradientAggregator
{
    private readonly IGradientMemory _memory;
    private readonly ComponentContext _context;
    private readonly ShardedLayout _shards;
    private readonly ICompressor _compressor;
    private readonly ICompressor? _sumCompressor;
    private readonly ICompressor? _sumDecoder;
    private readonly BucketLayout _ownSums;
    private readonly float[] _sum;
    private readonly float[] _sumResidual;
    private readonly int[] _lengths;
    private readonly PayloadWriter _up = new();
    private readonly PayloadWriter _down = new();
    private readonly GatheredPayloads _fromWorkers = new();
    private readonly GatheredPayloads _fromOwners = new();

    /// <param name="compressors">Makes the composition's compressor for shards.</param>
    /// <param name="memory">Keeps what this worker did not send.</param>
    /// <param name="context">Layout, threads, rank and number of workers.</param>
    /// <param name="compressSums">The owners compress the sums; else they send float32.</param>
    protected ShardedExchange(CompressorFactory compressors, IGradientMemory memory, ComponentContext context, bool compressSums)
    {
        _memory = memory;
        _context = context;
        _shards = context.Layout.Cut(context.Workers);
        _compressor = compressors.Create(context with { Layout = _shards.Pieces });
        _ownSums = _shards.SumLayout(context.Rank);
        _sumCompressor = compressSums ? compressors.Create(context with { Layout = _ownSums }) : null;
        _sumDecoder = compressSums ? compressors.Create(context with { Layout = _shards.Sums }) : null;
        _sum = new float[_ownSums.Length];
        _sumResidual = compressSums && context.HasMemory ? new float[_ownSums.Length] : [];
        _lengths = new int[context.Workers];
    }

    /// <summary>Bytes of this worker's own compressed gradient in the last step, headers included.</summary>
    public int PayloadLength => _up.Length;

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _memory.Residuals.Append(_sumResidual);

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        WorldCheck.Require(_context, communicator);
        using (step.Meter.Measure(StepPhase.Compress))
        {
            CompressShards(bucket, step);
        }

        communicator.AllToAll(_up.Written, _lengths, _fromWorkers);
        using (step.Meter.Measure(StepPhase.Decompress))
        {
            AddUp(step);
        }

        using (step.Meter.Measure(StepPhase.Compress))
        {
            WriteSum(step);
        }

        step.Meter.AddPayload(_up.NominalBits + _down.NominalBits, _up.FloorBits + _down.FloorBits);
        communicator.AllGather(_down.Written, _fromOwners);
        if (communicator.WritesResult)
        {
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                WriteMean(bucket, step);
                _memory.Finish(bucket, step);
            }
        }
    }

    public void Save(IStateWriter writer)
    {
        _memory.Save(writer);
        _compressor.Save(new PrefixedState("up/", writer));
        _sumCompressor?.Save(new PrefixedState("down/", writer));
        if (_sumResidual.Length > 0)
        {
            writer.Write("owner-residual", _sumResidual);
        }
    }

    public void Load(IStateReader reader)
    {
        _memory.Load(reader);
        _compressor.Load(new PrefixedState("up/", reader: reader));
        _sumCompressor?.Load(new PrefixedState("down/", reader: reader));
        if (_sumResidual.Length > 0)
        {
            reader.Read("owner-residual", _sumResidual);
        }
    }

    private void CompressShards(GradientBucket bucket, StepContext step)
    {
        _up.Reset();
        var compensated = _memory.CompensateFor(_compressor, bucket, step);
        _compressor.BeginStep(_shards.Pieces.Slots.AsSpan(), compensated.Values, step);
        for (int shard = 0; shard < _lengths.Length; shard++)
        {
            int start = PayloadFrame.BeginNext(_up);
            foreach (var piece in _shards.PiecesOf(shard))
            {
                int section = _up.Length;
                _compressor.Compress(new GradientView(piece, bucket.All, compensated, step, bucket.Squares.Span), _up);
                _memory.Update(piece, new SentGradient(_compressor, piece, _up.Written[section..], step));
            }

            PayloadFrame.Finish(_up, _context.Fingerprint, start);
            _lengths[shard] = _up.Length - start;
        }
    }

    private void AddUp(StepContext step)
    {
        Zero.Invoke(_context.Team, _sum);
        int origin = _shards.Cut.Start(_context.Rank);
        for (int worker = 0; worker < _fromWorkers.Count; worker++)
        {
            try
            {
                var reader = PayloadFrame.Open(_fromWorkers[worker], _context.Fingerprint);
                foreach (var piece in _shards.PiecesOf(_context.Rank))
                {
                    var destination = _sum.AsSpan(piece.Offset - origin, piece.Length);
                    _compressor.Decompress(ref reader, new GradientAccumulator(piece, destination, 1, step) { TakesCoefficients = true });
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The payload of worker {worker} cannot be read: {failure.Message}", failure);
            }
        }

        foreach (var piece in _shards.PiecesOf(_context.Rank))
        {
            _compressor.TransformBack(piece, _sum.AsSpan(piece.Offset - origin, piece.Length), step);
        }
    }

    private void WriteSum(StepContext step)
    {
        PayloadFrame.Begin(_down);
        if (_sumCompressor is null)
        {
            var bytes = MemoryMarshal.AsBytes<float>(_sum);
            bytes.CopyTo(_down.Append(bytes.Length));
            _down.CountBits(8.0 * bytes.Length, 8.0 * bytes.Length);
        }
        else
        {
            CompressSum(_sumCompressor, step);
        }

        PayloadFrame.Finish(_down, _context.Fingerprint);
    }

    private void CompressSum(ICompressor compressor, StepContext step)
    {
        if (_sumResidual.Length > 0)
        {
            AddScaled.Invoke(_context.Team, _sumResidual, 1, _sum, 1);
        }

        ReadOnlySpan<float> compensated = _sumResidual.Length > 0 ? _sumResidual : _sum;
        compressor.BeginStep(_ownSums.Slots.AsSpan(), compensated, step);
        foreach (var slot in _ownSums.Slots)
        {
            int section = _down.Length;
            compressor.Compress(new GradientView(slot, _sum, compensated, step), _down);
            if (_sumResidual.Length > 0)
            {
                new SentGradient(compressor, slot, _down.Written[section..], step).AddTo(_sumResidual.AsSpan(slot.Offset, slot.Length), -1);
            }
        }
    }

    private void WriteMean(GradientBucket bucket, StepContext step)
    {
        Zero.Invoke(_context.Team, bucket.All);
        float scale = 1f / _fromOwners.Count;
        for (int owner = 0; owner < _fromOwners.Count; owner++)
        {
            try
            {
                var reader = PayloadFrame.Open(_fromOwners[owner], _context.Fingerprint);
                if (_sumDecoder is null)
                {
                    var shard = bucket.All.Slice(_shards.Cut.Start(owner), _shards.Cut.LengthOf(owner));
                    reader.ReadBytes(sizeof(float) * shard.Length).CopyTo(MemoryMarshal.AsBytes(shard));
                    Scale.Invoke(_context.Team, shard, scale);
                }
                else
                {
                    foreach (var slot in _shards.SumsOf(owner))
                    {
                        _sumDecoder.Decompress(ref reader, new GradientAccumulator(slot, bucket[slot], scale, step));
                    }
                }

                reader.ExpectEnd();
            }
            catch (PayloadException failure)
            {
                throw new CommunicationException($"The sum of worker {owner} cannot be read: {failure.Message}", failure);
            }
        }
    }
}
