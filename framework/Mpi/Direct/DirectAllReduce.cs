using System.Numerics.Tensors;
using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Mpi.Requests;

namespace Compression.Mpi.Direct;

/// <summary>
/// An all-reduce between ranks that each have a link of their own. Every rank sends each shard of its values to the shard's owner, who adds up
/// in the order of ranks and sends the sum to all; chunk by chunk, so that sums travel while values still come in. That is 2(n−1)/n of the buffer
/// out of every rank and into it, the least there is, and the sum has the bits that <see cref="InProcessCluster"/> gives.
/// </summary>
internal sealed unsafe class DirectAllReduce : IPendingExchange
{
    private const string Name = "all-reduce";
    private const int ValueTag = 0, SumTag = 1;

    private readonly int _rank;
    private readonly int _size;
    private readonly ExchangeWait _wait;
    private readonly ChunkLane[] _valuesOut;
    private readonly ChunkLane[] _valuesIn;
    private readonly ChunkLane[] _sumsOut;
    private readonly ChunkLane[] _sumsIn;

    // Values of the peers for this rank's shard; allocated pinned, so that addresses stay valid.
    private float[] _room = [];
    private float* _values;
    private ShardCut _cut;
    private int _summed;

    /// <param name="rank">This rank.</param>
    /// <param name="size">n.</param>
    /// <param name="wait">How to wait.</param>
    /// <param name="lane">Makes a lane.</param>
    public DirectAllReduce(int rank, int size, ExchangeWait wait, Func<ChunkLane> lane)
    {
        (_rank, _size, _wait) = (rank, size, wait);
        ChunkLane[] ToEach() => [.. Enumerable.Range(0, size).Select(_ => lane())];
        (_valuesOut, _valuesIn, _sumsOut, _sumsIn) = (ToEach(), ToEach(), ToEach(), ToEach());
    }

    private int Own => _cut.LengthOf(_rank);

    /// <summary>Starts it; <paramref name="values"/> stay in place until it has ended.</summary>
    public DirectAllReduce Begin(float* values, int count)
    {
        _values = values;
        (_cut, _summed) = (new ShardCut(count, _size), 0);
        if (_room.Length < (long)Own * (_size - 1))
        {
            _room = GC.AllocateUninitializedArray<float>(checked(Own * (_size - 1)), pinned: true);
        }

        float* own = values + _cut.Start(_rank);
        for (int step = 1; step < _size; step++)
        {
            int peer = (_rank + step) % _size;
            float* theirs = values + _cut.Start(peer);
            Begin(_valuesOut[peer], peer, true, ValueTag, theirs, _cut.LengthOf(peer));
            Begin(_sumsIn[peer], peer, false, SumTag, theirs, _cut.LengthOf(peer));
            Begin(_sumsOut[peer], peer, true, SumTag, own, Own);
            fixed (float* room = Room(peer))
            {
                Begin(_valuesIn[peer], peer, false, ValueTag, room, Own);
            }
        }

        return this;
    }

    public bool Poll()
    {
        bool ended = true;
        long arrived = (long)Own * sizeof(float);
        for (int step = 1; step < _size; step++)
        {
            int peer = (_rank + step) % _size;
            ended &= _valuesIn[peer].Advance();
            arrived = Math.Min(arrived, _valuesIn[peer].Done);
        }

        AddUp((int)(arrived / sizeof(float)));
        for (int step = 1; step < _size; step++)
        {
            int peer = (_rank + step) % _size;
            ended &= _sumsOut[peer].Advance((long)_summed * sizeof(float));
            ended &= _valuesOut[peer].Advance(_sumsIn[peer].Done + ChunkLane.Lead);

            // A sum comes to where the values lie that it is made of; they must have left.
            ended &= _sumsIn[peer].Advance(_valuesOut[peer].Done);
        }

        return ended;
    }

    public void Wait() => _wait.For(this, Name);

    private static void Begin(ChunkLane lane, int peer, bool sends, int tag, float* start, int count)
    {
        lane.Begin(peer, sends, tag, Name);
        lane.Add(start, (long)count * sizeof(float));
    }

    // In the order of ranks, ((0 + 1) + 2) + ..., up to an element of this rank's shard.
    private void AddUp(int end)
    {
        if (end == _summed)
        {
            return;
        }

        var own = new Span<float>(_values + _cut.Start(_rank) + _summed, end - _summed);
        Span<float> sum = _rank == 0 ? own : Room(0)[_summed..end];
        for (int peer = 1; peer < _size; peer++)
        {
            ReadOnlySpan<float> next = peer == _rank ? own : Room(peer)[_summed..end];
            Span<float> result = peer == _rank ? own : sum;
            TensorPrimitives.Add(sum, next, result);
            sum = result;
        }

        _summed = end;
    }

    private Span<float> Room(int peer) => _room.AsSpan((peer < _rank ? peer : peer - 1) * Own, Own);
}
