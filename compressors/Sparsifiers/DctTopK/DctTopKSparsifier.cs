using Compression.Compressors.Sparsifiers.ChunkTopK;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Sparsifiers.DctTopK;

/// <summary>Options of <see cref="DctTopKSparsifier"/>.</summary>
public sealed record DctTopKOptions
{
    /// <summary>k.</summary>
    [Option("k", "coefficients of a tile that are sent, or all where it has fewer", Flag = "dct_k", Min = 1, Max = CosineBasis.Stride * CosineBasis.Stride)]
    public int Count { get; init; } = 32;

    /// <summary>The longest side.</summary>
    [Option("tile", "longest side of a tile; its sides are the largest divisors of the parameter's up to this", Flag = "dct_tile", Min = 1, Max = CosineBasis.Stride)]
    public int Tile { get; init; } = CosineBasis.Stride;
}

/// <summary>
/// Sends of every tile of a parameter the k coefficients of its two-dimensional cosine transform that are largest in magnitude (DeMo; Peng, Quesnelle and
/// Kingma 2024, "DeMo: Decoupled momentum optimization"). Tiles are 64 × 64, or as near below as the shape has divisors; a vector's are rows. Peers
/// transform back.
/// </summary>
/// <param name="options">k and the tiles.</param>
/// <param name="context">Threads.</param>
[Algorithm(
    "dcttopk", AlgorithmRole.Sparsifier, "DeMo, Peng et al. 2024", Traits = AlgorithmTraits.ChoosesCoefficients,
    DiffersFromPaper = "positions are coded at their entropy, where the authors' code sends 64-bit indices; parameters of more than two dimensions are matrices of their last one")]
public sealed class DctTopKSparsifier(DctTopKOptions options, ComponentContext context) : ISparsifier
{
    private readonly ThreadTeam _team = context.Team;
    private readonly TileTransform _transform = new();
    private readonly Candidates _chosen = new();
    private readonly Scratch<float> _coefficients = new();

    public Selection Select(in GradientView gradient)
    {
        if (gradient.Slot.Length == 0)
        {
            return default;
        }

        var tiles = TilesOf(gradient.Slot);
        var coefficients = _coefficients.Take(gradient.Slot.Length);
        _transform.Forward(_team, tiles, gradient.Compensated, coefficients);

        // In a tile, one entry that is not finite makes all coefficients so.
        NonFiniteGradientException.ThrowIfNotFinite(Moments.Invoke(_team, coefficients).Largest, gradient.Slot);
        SelectInChunks.Invoke(_team, coefficients, GridOf(tiles), _chosen);
        return new Selection(_chosen.Positions, _chosen.Values);
    }

    public void WriteIndices(ReadOnlySpan<int> indices, ParameterSlot slot, PayloadWriter writer, ThreadTeam team)
    {
        if (!indices.IsEmpty)
        {
            ChunkSegments.Write(team, GridOf(TilesOf(slot)), indices, writer, nominalBits: 64);
        }
    }

    public ReadOnlySpan<int> ReadIndices(ref PayloadReader reader, ParameterSlot slot, StepContext step, Scratch<int> scratch, ThreadTeam team)
    {
        if (slot.Length == 0)
        {
            return [];
        }

        var grid = GridOf(TilesOf(slot));
        var indices = scratch.Take(grid.Total);
        ChunkSegments.Read(team, grid, ref reader, indices);
        return indices;
    }

    public void AddTo(GradientAccumulator destination, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, ThreadTeam team)
    {
        if (indices.IsEmpty)
        {
            return;
        }

        var coefficients = _coefficients.Take(destination.Slot.Length);
        Zero.Invoke(team, coefficients);
        new GradientAccumulator(destination.Slot, coefficients, 1, destination.Step).AddAt(indices, values, team);
        _transform.AddInverse(team, TilesOf(destination.Slot), coefficients, destination.TakeAll(), destination.Scale);
    }

    private TileGrid TilesOf(ParameterSlot slot) => TileGrid.Of(slot, options.Tile);

    private ChunkGrid GridOf(TileGrid tiles)
    {
        int count = Math.Min(options.Count, tiles.TileLength);
        return new ChunkGrid(tiles.Count * tiles.TileLength, tiles.TileLength, count, count);
    }
}
