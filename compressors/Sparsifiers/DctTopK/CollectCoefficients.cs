using System.Runtime.CompilerServices;
using Compression.Compressors.Sparsifiers.ChunkTopK;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>Transforms tile by tile and takes the k largest coefficients of each, of which no others are ever written to memory.</summary>
internal static unsafe class CollectCoefficients
{
    /// <param name="team">Threads.</param>
    /// <param name="values">The matrix.</param>
    /// <param name="grid">Its tiles.</param>
    /// <param name="transform">Of the tiles.</param>
    /// <param name="k">1 to the coefficients of a tile.</param>
    /// <param name="found">Takes positions, tile by tile and row by row, and coefficients.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> values, TileGrid grid, TileTransform transform, int k, Candidates found)
    {
        int tilesOfPart = Partition.Length / grid.TileLength;
        fixed (float* from = values)
        {
            found.Collect(team, values.Length, (grid.Count + tilesOfPart - 1) / tilesOfPart, new Pass(from, grid, transform, k, tilesOfPart));
        }
    }

    private readonly struct Pass(float* values, TileGrid grid, TileTransform transform, int k, int tilesOfPart) : ICollectingPass
    {
        [SkipLocalsInit]
        public void Execute(int part, CandidateRoom room)
        {
            float* work = stackalloc float[TileTransform.Room];
            TileTransform.Prepare(work);
            int taken = 0, end = Math.Min(grid.Count, (part + 1) * tilesOfPart);
            uint threshold = 0;
            for (int tile = part * tilesOfPart; tile < end; tile++, taken += k)
            {
                int start = tile * grid.TileLength;
                float* coefficients = transform.Forward(values, tile, work);
                LargestOfChunk.Take(coefficients - start, start, grid.TileLength, k, room, taken, ref threshold);
            }

            room.End(part, taken);
        }
    }
}
