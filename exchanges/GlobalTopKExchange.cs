using System.Buffers.Binary;
using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Reporting;

namespace Compression.Exchanges;

/// <summary>
/// gTop-k (Shi et al. 2019, "A distributed synchronous SGD algorithm with global top-k sparsification", Algorithm 3): chosen entries
/// travel up a binomial tree, at whose nodes two lists are added up and the k largest kept; the root's k go to all. What was
/// rejected on the way returns to the worker who sent it.
/// </summary>
/// <param name="compressor">Chooses.</param>
/// <param name="memory">Keeps what did not arrive.</param>
/// <param name="context">Parameters, threads and fingerprint.</param>
/// <remarks>
/// The paper puts back what is not among the final positions. But an entry may be rejected at one node while its position comes in
/// again over another branch; then its value is in no sum, and would be lost. So every node tells its children which of their entries
/// arrived: one bit for each entry at a final position. With p bytes of payload a worker sends 2(n−1)/n·p and those bits, on average;
/// the path has log₂ n payloads up and as many down.
/// </remarks>
[Algorithm(
    "gtopk", AlgorithmRole.Exchange, "gTop-k, Shi et al. 2019: a tree that keeps k", Carries = PayloadForm.SparseFloats,
    DiffersFromPaper = "what a node of the tree rejects returns to its sender; the paper returns what is not among the final positions, and loses what comes in again over another branch")]
public sealed class GlobalTopKExchange(ICompressor compressor, IGradientMemory memory, ComponentContext context) : IGradientAggregator
{
    private const int UpTag = 11;
    private const int DownTag = 12;

    private readonly ISelector _selector = (ISelector)compressor;
    private readonly PayloadWriter _payload = new();
    private readonly GatheredPayloads _received = new();
    private readonly SparseBucket _own = new(context.Layout);
    private readonly SparseBucket _result = new(context.Layout);
    private readonly List<SparseBucket> _children = [];
    private readonly List<SparseBucket> _merged = [];
    private readonly Scratch<byte> _bits = new();

    public IEnumerable<ReadOnlyMemory<float>> Residuals => memory.Residuals;

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        using (step.Meter.Measure(StepPhase.Compress))
        {
            Choose(bucket, step);
        }

        int children = GoUp(step, communicator);
        Broadcast(step, communicator);
        GoDown(step, communicator, children);
        using (step.Meter.Measure(StepPhase.Compress))
        {
            foreach (var slot in bucket.Layout.Slots)
            {
                var (indices, values) = _own[slot];
                memory.Update(slot, new SentGradient(slot, indices.Span, values.Span, step));
            }
        }

        if (communicator.WritesResult)
        {
            using (step.Meter.Measure(StepPhase.Decompress))
            {
                Zero.Invoke(context.Team, bucket.All);
                if (!ScatterAdd.TryInvoke(context.Team, bucket.All, _result.Positions, _result.Values, 1f / communicator.WorldSize))
                {
                    throw new CommunicationException("The root's entries are not in order.");
                }

                memory.Finish(bucket, step);
            }
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

    private void Choose(GradientBucket bucket, StepContext step)
    {
        var compensated = memory.CompensateFor(compressor, bucket, step);
        compressor.BeginStep(bucket.Layout.Slots.AsSpan(), compensated.Values, step);
        _own.Clear();
        foreach (var slot in bucket.Layout.Slots)
        {
            _selector.Select(new GradientView(slot, bucket.All, compensated, step, bucket.Squares.Span), _own);
        }
    }

    // Merges the children's lists into the own one, sends the result to the parent, and returns the number of children. The root's result
    // stays in its payload.
    private int GoUp(StepContext step, ICommunicator communicator)
    {
        int children = 0;
        var sum = _own;
        for (int stride = 1; stride < communicator.WorldSize; stride *= 2)
        {
            if (communicator.Rank % (2 * stride) != 0)
            {
                Encode(sum, step);
                Span<byte> length = stackalloc byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(length, _payload.Length);
                communicator.Send(length, communicator.Rank - stride, UpTag);
                communicator.Send(_payload.Written, communicator.Rank - stride, UpTag);
                return children;
            }

            if (communicator.Rank + stride < communicator.WorldSize)
            {
                Receive(Room(_children, children), communicator.Rank + stride, step, communicator);
                using (step.Meter.Measure(StepPhase.Decompress))
                {
                    var merged = Room(_merged, children);
                    merged.Merge(sum, _children[children]);
                    sum = merged;
                }

                children++;
            }
        }

        Encode(sum, step);
        return children;
    }

    private void Broadcast(StepContext step, ICommunicator communicator)
    {
        if (communicator.WorldSize == 1)
        {
            communicator.AllGather(_payload.Written, _received);
        }
        else
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, _payload.Length);
            communicator.Broadcast(length, root: 0);
            _received.Allocate([BinaryPrimitives.ReadInt32LittleEndian(length)]);
            if (communicator.Rank == 0)
            {
                _payload.Written.CopyTo(_received.All);
            }

            communicator.Broadcast(_received.All, root: 0);
        }

        using (step.Meter.Measure(StepPhase.Decompress))
        {
            Decode(_result, sender: 0);
        }
    }

    // What arrived at the root, for the own list and every child's. A child's entries at final positions keep or lose their bit.
    private void GoDown(StepContext step, ICommunicator communicator, int children)
    {
        var arrived = _result;
        if (communicator.Rank > 0)
        {
            arrived = children > 0 ? _merged[children - 1] : _own;
            arrived.Intersect(_result.Positions);
            int lowest = communicator.Rank & -communicator.Rank;
            var bits = _bits.Take((arrived.Count + 7) / 8);
            communicator.Receive(bits, communicator.Rank - lowest, DownTag);
            arrived.Keep(bits);
        }

        for (int child = children - 1; child >= 0; child--)
        {
            // The child at the i-th merge is the one at distance 2^i, as all nearer ones exist.
            var entries = _children[child];
            entries.Intersect(_result.Positions);
            communicator.Send(Mark(entries.Positions, arrived.Positions), communicator.Rank + (1 << child), DownTag);
            var before = child > 0 ? _merged[child - 1] : _own;
            before.Intersect(arrived.Positions);
            arrived = before;
        }

        if (communicator.Rank == 0 && children == 0)
        {
            _own.Intersect(_result.Positions);
        }
    }

    private Span<byte> Mark(ReadOnlySpan<int> positions, ReadOnlySpan<int> arrived)
    {
        var bits = _bits.Take((positions.Length + 7) / 8);
        bits.Clear();
        for (int i = 0, next = 0; i < positions.Length; i++)
        {
            while (next < arrived.Length && arrived[next] < positions[i])
            {
                next++;
            }

            if (next < arrived.Length && arrived[next] == positions[i])
            {
                bits[i / 8] |= (byte)(1 << (i % 8));
            }
        }

        return bits;
    }

    private void Encode(SparseBucket entries, StepContext step)
    {
        using (step.Meter.Measure(StepPhase.Compress))
        {
            PayloadFrame.Begin(_payload);
            entries.Write(_payload, context.Team);
            PayloadFrame.Finish(_payload, context.Fingerprint);
        }

        step.Meter.AddPayload(_payload.NominalBits, _payload.FloorBits);
    }

    private void Receive(SparseBucket entries, int sender, StepContext step, ICommunicator communicator)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        communicator.Receive(length, sender, UpTag);
        _received.Allocate([BinaryPrimitives.ReadInt32LittleEndian(length)]);
        communicator.Receive(_received.All, sender, UpTag);
        using (step.Meter.Measure(StepPhase.Decompress))
        {
            Decode(entries, sender);
        }
    }

    private void Decode(SparseBucket entries, int sender)
    {
        try
        {
            var reader = PayloadFrame.Open(_received[0], context.Fingerprint);
            entries.Read(ref reader, context.Team);
            reader.ExpectEnd();
        }
        catch (PayloadException failure)
        {
            throw new CommunicationException($"The entries of worker {sender} cannot be read: {failure.Message}", failure);
        }
    }

    private SparseBucket Room(List<SparseBucket> buckets, int index)
    {
        if (buckets.Count == index)
        {
            buckets.Add(new SparseBucket(context.Layout));
        }

        return buckets[index];
    }
}
