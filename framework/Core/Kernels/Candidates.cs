using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Entries that a kernel picked out of a buffer: positions, ascending, and values. The room is kept from step to step.</summary>
public sealed unsafe class Candidates
{
    private int[] _positions = [];
    private float[] _values = [];
    private readonly Scratch<int> _partPositions = new();
    private readonly Scratch<float> _partValues = new();

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Where they stand.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>What stands there.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    /// <summary>Collects what a pass over a buffer picks.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="length">Elements of the buffer.</param>
    /// <param name="parts">Parts of the pass, none with more elements than <see cref="Partition.Length"/>.</param>
    /// <param name="pass">Ends every part by <see cref="CandidateRoom.End"/>.</param>
    /// <typeparam name="TPass">The pass.</typeparam>
    public void Collect<TPass>(ThreadTeam team, int length, int parts, TPass pass)
        where TPass : struct, ICollectingPass
    {
        Prepare(length);
        var roomForPositions = _partPositions.Take(team.Threads * CandidateRoom.Length);
        var roomForValues = _partValues.Take(team.Threads * CandidateRoom.Length);
        int* progress = stackalloc int[2];
        (progress[0], progress[1]) = (0, 0);
        fixed (int* positions = _positions, partPositions = roomForPositions)
        fixed (float* values = _values, partValues = roomForValues)
        {
            var result = new CandidateRoom.Result(positions, values, progress);
            var job = new Job<TPass>(pass, result, partPositions, partValues, team.Threads);
            team.Run(ref job, parts);
        }

        Count = progress[1];
    }

    // Room for every entry, of which only what is needed is ever touched.
    private void Prepare(int length)
    {
        if (_positions.Length < length)
        {
            _positions = GC.AllocateUninitializedArray<int>(length, pinned: true);
            _values = GC.AllocateUninitializedArray<float>(length, pinned: true);
        }

        Count = 0;
    }

    private readonly struct Job<TPass>(TPass pass, CandidateRoom.Result result, int* positions, float* values, int threads) : IKernelJob
        where TPass : struct, ICollectingPass
    {
        public void Execute(int part)
        {
            int room = part % threads * CandidateRoom.Length;
            pass.Execute(part, new CandidateRoom(positions + room, values + room, result));
        }
    }

    /// <summary>Keeps exactly the k largest magnitudes; among equal ones the lower position wins.</summary>
    /// <param name="k">1 to <see cref="Count"/>.</param>
    public void KeepLargest(int k)
    {
        fixed (int* positions = _positions)
        fixed (float* values = _values)
        {
            Kernels.KeepLargest.Invoke(positions, values, Count, k);
        }

        Count = k;
    }

    /// <summary>Keeps the entries whose magnitude bits are at least a threshold.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="threshold">Least magnitude, as bits of a non-negative float.</param>
    public void KeepAbove(ThreadTeam team, uint threshold)
    {
        fixed (int* positions = _positions)
        fixed (float* values = _values)
        {
            Collect(team, Count, Partition.Count(Count), new KeepingPass(positions, values, Count, threshold));
        }
    }

    // What is kept never goes further up than it was: no part that is still to be read is written over.
    private readonly struct KeepingPass(int* positions, float* values, int count, uint threshold) : ICollectingPass
    {
        public void Execute(int part, CandidateRoom room)
        {
            int i = Partition.Start(part), end = i + Partition.LengthOf(part, count), taken = 0;
            for (; i <= end - 16; i += 16)
            {
                var lanes = Vector512.Load(values + i);
                var chosen = Vector512.GreaterThanOrEqual(lanes.AsUInt32() & Vector512.Create(MagnitudeBits.Mask), Vector512.Create(threshold));
                taken += VectorCompaction.Append(chosen, positions + i, lanes, room.Positions + taken, room.Values + taken);
            }

            for (; i < end; i++)
            {
                if (MagnitudeBits.Of(values[i]) >= threshold)
                {
                    room.Positions[taken] = positions[i];
                    room.Values[taken++] = values[i];
                }
            }

            room.End(part, taken);
        }
    }

    /// <summary>Takes all entries of a buffer above a magnitude, and of those that equal it the first few.</summary>
    public void Fill(ReadOnlySpan<float> values, uint limit, int ties)
    {
        Prepare(values.Length);
        for (int position = 0; position < values.Length; position++)
        {
            uint magnitude = MagnitudeBits.Of(values[position]);
            if (magnitude > limit || (magnitude == limit && ties-- > 0))
            {
                _positions[Count] = position;
                _values[Count++] = values[position];
            }
        }
    }
}
