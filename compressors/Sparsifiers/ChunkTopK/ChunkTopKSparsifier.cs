using System.Numerics;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Sparsifiers.ChunkTopK;

/// <summary>Options of <see cref="ChunkTopKSparsifier"/>.</summary>
public sealed record ChunkTopKOptions : RatioOptions
{
    /// <summary>C.</summary>
    [Option("chunk", "entries of a chunk, of each of which the largest are sent", Flag = "topk_chunk", Min = 1, Max = Partition.Length)]
    public int Chunk { get; init; } = 4096;
}

/// <summary>
/// Sends the k = max(1, ⌊ρC⌋) entries of largest magnitude of every chunk of C consecutive entries: exactly k, among equal magnitudes the lower index
/// (SparseLoCo; Sarfi et al. 2025, "Communication efficient LLM pre-training with SparseLoCo"). A last chunk of c entries sends max(1, ⌊ρc⌋). No count
/// is sent: it follows from the ratio, which the reader knows.
/// </summary>
/// <param name="options">The ratio and C.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "chunktopk", AlgorithmRole.Sparsifier, "SparseLoCo, Sarfi et al. 2025",
    DiffersFromPaper = "chunks are consecutive entries of a parameter, the last one shorter, where the authors' code cuts matrices into tiles of at most 64 × 64; positions are coded at their entropy, where the paper has 12 bits")]
public sealed class ChunkTopKSparsifier(ChunkTopKOptions options, ComponentContext context) : ISparsifier
{
    private readonly ThreadTeam _team = context.Team;
    private readonly Candidates _chosen = new();

    /// <summary>As many bits as number the entries of a chunk.</summary>
    public double NominalIndexBits => 32 - BitOperations.LeadingZeroCount((uint)options.Chunk - 1);

    public Selection Select(in GradientView gradient)
    {
        if (gradient.Slot.Length == 0)
        {
            return default;
        }

        SelectInChunks.Invoke(_team, gradient.Compensated, GridOf(gradient.Slot, gradient.Step), _chosen);
        return new Selection(_chosen.Positions, _chosen.Values);
    }

    public void WriteIndices(ReadOnlySpan<int> indices, ParameterSlot slot, PayloadWriter writer, ThreadTeam team)
    {
        if (!indices.IsEmpty)
        {
            ChunkSegments.Write(team, ChunkGrid.Of(indices, slot.Length, options.Chunk), indices, writer, NominalIndexBits);
        }
    }

    public ReadOnlySpan<int> ReadIndices(ref PayloadReader reader, ParameterSlot slot, StepContext step, Scratch<int> scratch, ThreadTeam team)
    {
        if (slot.Length == 0)
        {
            return [];
        }

        var grid = GridOf(slot, step);
        var indices = scratch.Take(grid.Total);
        ChunkSegments.Read(team, grid, ref reader, indices);
        return indices;
    }

    private ChunkGrid GridOf(ParameterSlot slot, StepContext step)
    {
        int last = ((slot.Length - 1) % options.Chunk) + 1;
        return new ChunkGrid(slot.Length, options.Chunk, options.CountIn(step, options.Chunk), options.CountIn(step, last));
    }
}
