using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>Exactly the k largest magnitudes of every chunk, ascending by position; among equal ones the lower position wins.</summary>
internal static unsafe class SelectInChunks
{
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
            int taken = 0, end = Math.Min(grid.Count, (part + 1) * chunksOfPart);
            uint threshold = 0;
            for (int chunk = part * chunksOfPart; chunk < end; chunk++)
            {
                LargestOfChunk.Take(values, grid.StartOf(chunk), grid.LengthOf(chunk), grid.ChosenOf(chunk), room, taken, ref threshold);
                taken += grid.ChosenOf(chunk);
            }

            room.End(part, taken);
        }
    }
}
