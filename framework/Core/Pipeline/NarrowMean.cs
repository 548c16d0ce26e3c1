using System.Runtime.InteropServices;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Core.Pipeline;

/// <summary>The mean of dense gradients that travel in 16 bits and are added up in float32, each shard by its owner.</summary>
internal sealed class NarrowMean
{
    private const int Width = sizeof(ushort);

    private readonly ComponentContext _context;
    private readonly DenseFormat _format;
    private readonly Scratch<ushort> _narrow = new();
    private readonly Scratch<float> _mean = new();
    private readonly Scratch<int> _lengths = new();
    private readonly GatheredPayloads _fromWorkers = new();
    private readonly GatheredPayloads _fromOwners = new();

    /// <param name="context">Parameters and threads.</param>
    /// <param name="format">Float16 or bfloat16.</param>
    public NarrowMean(ComponentContext context, DenseFormat format)
    {
        _context = context;
        _format = format;
    }

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        int length = bucket.Layout.Length;
        var cut = new ShardCut(length, communicator.WorldSize);
        var narrow = _narrow.Take(length);
        var lengths = _lengths.Take(communicator.WorldSize);
        using (step.Ledger.Measure(StepPhase.Compress))
        {
            RoundTo16.Invoke(_context.Team, bucket.All, narrow, _format);
            RequireFinite(narrow, bucket.Layout);
            for (int shard = 0; shard < lengths.Length; shard++)
            {
                lengths[shard] = Width * cut.LengthOf(shard);
            }
        }

        step.Ledger.AddPayload(16.0 * length, 16.0 * length);
        communicator.AllToAll(MemoryMarshal.AsBytes(narrow), lengths, _fromWorkers);
        var own = narrow[..cut.LengthOf(communicator.Rank)];
        using (step.Ledger.Measure(StepPhase.Decompress))
        {
            AddUp(own);
        }

        communicator.AllGather(MemoryMarshal.AsBytes(own), _fromOwners);
        if (communicator.WritesResult)
        {
            using (step.Ledger.Measure(StepPhase.Decompress))
            {
                Zero.Invoke(_context.Team, bucket.All);
                AddFrom16.Invoke(_context.Team, Numbers(_fromOwners.All, length, "the means"), bucket.All, _format);
            }
        }
    }

    private void AddUp(Span<ushort> own)
    {
        var mean = _mean.Take(own.Length);
        mean.Clear();
        for (int worker = 0; worker < _fromWorkers.Count; worker++)
        {
            AddFrom16.Invoke(_context.Team, Numbers(_fromWorkers[worker], own.Length, $"worker {worker}"), mean, _format);
        }

        Scale.Invoke(_context.Team, mean, 1f / _fromWorkers.Count);
        RoundTo16.Invoke(_context.Team, mean, own, _format);
    }

    private static ReadOnlySpan<ushort> Numbers(ReadOnlySpan<byte> bytes, int count, string sender) => bytes.Length == Width * count
        ? MemoryMarshal.Cast<byte, ushort>(bytes)
        : throw new CommunicationException($"{bytes.Length} bytes came from {sender} where {Width * count} were expected; start all ranks with the same options.");

    // A sum of finite numbers divided by their count is finite, so the means need no check.
    private void RequireFinite(ReadOnlySpan<ushort> narrow, BucketLayout layout)
    {
        const ushort infinity = 0x7C00;
        if (_format != DenseFormat.Float16 || !AnyMasked.Invoke(narrow, infinity))
        {
            return;
        }

        foreach (var slot in layout.Slots)
        {
            if (AnyMasked.Invoke(narrow.Slice(slot.Offset, slot.Length), infinity))
            {
                throw new NonFiniteGradientException(
                    slot, "a value is not finite or beyond 65504, the range of float16; --exchange 'allreduce(format=bfloat16)' reaches as far as float32.");
            }
        }
    }
}
