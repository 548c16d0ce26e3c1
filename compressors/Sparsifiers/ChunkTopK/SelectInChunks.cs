using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>
/// Exactly the k largest magnitudes of every chunk, ascending by position; among equal ones the lower position wins. A threshold a little below the
/// k-th magnitude of the chunk before leaves few candidates after one pass; where it leaves fewer than k, the exact one is searched for.
/// </summary>
internal static unsafe class SelectInChunks
{
    // An eighth of an octave, in magnitude bits.
    private const uint Margin = 1 << 20;

    /// <param name="team">Threads.</param>
    /// <param name="values">The entries.</param>
    /// <param name="grid">Their chunks, each of at most <see cref="Partition.Length"/> entries.</param>
    /// <param name="found">Takes positions and values.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> values, ChunkGrid grid, Candidates found)
    {
        int chunksOfPart = Partition.Length / grid.Chunk;
        fixed (float* from = values)
        {
            found.Collect(team, values.Length, (grid.Count + chunksOfPart - 1) / chunksOfPart, new Pass(from, grid, chunksOfPart));
        }
    }

    private readonly struct Pass(float* values, ChunkGrid grid, int chunksOfPart) : ICollectingPass
    {
        public void Execute(int part, CandidateRoom room)
        {
            int taken = 0;
            uint limit = uint.MaxValue;
            int end = Math.Min(grid.Count, (part + 1) * chunksOfPart);
            for (int chunk = part * chunksOfPart; chunk < end; chunk++)
            {
                int start = grid.StartOf(chunk), length = grid.LengthOf(chunk), k = grid.ChosenOf(chunk);
                int candidates = limit > MagnitudeBits.Mask ? 0 : Collect(start, length, limit > Margin ? limit - Margin : 1, room, taken);
                if (candidates < k)
                {
                    limit = KthLargest.Invoke(new ReadOnlySpan<float>(values + start, length), k, out _);
                    candidates = Collect(start, length, limit, room, taken);
                }

                limit = KthLargest.Invoke(new ReadOnlySpan<float>(room.Values + taken, candidates), k, out int above);
                Keep(room, taken, candidates, limit, ties: k - above);
                taken += k;
            }

            room.End(part, taken);
        }

        private int Collect(int start, int length, uint threshold, CandidateRoom room, int taken) =>
            CollectAbove.Take(values, start, start + length, threshold, room, taken) - taken;

        // Those above the limit, and the first few of those at it.
        private static void Keep(CandidateRoom room, int start, int count, uint limit, int ties)
        {
            for (int from = start, to = start; from < start + count; from++)
            {
                float value = room.Values[from];
                uint magnitude = MagnitudeBits.Of(value);
                (room.Positions[to], room.Values[to]) = (room.Positions[from], value);
                to += magnitude > limit || (magnitude == limit && ties-- > 0) ? 1 : 0;
            }
        }
    }
}
