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
    [Option("k", "coefficients of a tile that are sent, or all where it has fewer", Flag = "dct_k", Min = 1, Max = RowOf64.Length * RowOf64.Length)]
    public int Count { get; init; } = 32;

    /// <summary>The longest side.</summary>
    [Option("tile", "longest side of a tile; its sides are the largest divisors of the parameter's up to this", Flag = "dct_tile", Min = 1, Max = RowOf64.Length)]
    public int Tile { get; init; } = RowOf64.Length;
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
    private readonly CosineBasis?[] _bases = new CosineBasis?[CosineBasis.Longest + 1];
    private readonly Candidates _chosen = new();
    private readonly Candidates _summed = new();

    public Selection Select(in GradientView gradient)
    {
        if (gradient.Slot.Length == 0)
        {
            return default;
        }

        var tiles = TilesOf(gradient.Slot);
        if (tiles.IsPlain)
        {
            SelectInChunks.Invoke(_team, gradient.Compensated, GridOf(tiles), _chosen);
        }
        else
        {
            var transform = new TileTransform(tiles, BasisOf(tiles.Height), BasisOf(tiles.Width));
            CollectCoefficients.Invoke(_team, gradient.Compensated, tiles, transform, GridOf(tiles).Chosen, _chosen);
        }

        // In a tile, one entry that is not finite makes all coefficients so.
        NonFiniteGradientException.ThrowIfNotFinite(Moments.Invoke(_team, _chosen.Values).Largest, gradient.Slot);
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
        if (destination.TakesCoefficients || indices.IsEmpty || TilesOf(destination.Slot).IsPlain)
        {
            destination.AddAt(indices, values, team);
        }
        else
        {
            Invert(destination.Slot, indices, values, destination.TakeAll(), destination.Scale, adds: true, team);
        }
    }

    public void TransformBack(ParameterSlot slot, Span<float> sum, ThreadTeam team)
    {
        if (!sum.IsEmpty && !TilesOf(slot).IsPlain)
        {
            CollectAbove.Invoke(team, sum, threshold: 1, _summed);
            Invert(slot, _summed.Positions, _summed.Values, sum, scale: 1, adds: false, team);
        }
    }

    private void Invert(
        ParameterSlot slot, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> destination, float scale, bool adds, ThreadTeam team)
    {
        var tiles = TilesOf(slot);
        InverseTransform.Invoke(team, tiles, BasisOf(tiles.Height), BasisOf(tiles.Width), indices, values, destination, scale, adds);
    }

    private CosineBasis BasisOf(int length) => _bases[length] ??= new CosineBasis(length);

    private TileGrid TilesOf(ParameterSlot slot) => TileGrid.Of(slot, options.Tile);

    private ChunkGrid GridOf(TileGrid tiles)
    {
        int count = Math.Min(options.Count, tiles.TileLength);
        return new ChunkGrid(tiles.Count * tiles.TileLength, tiles.TileLength, count, count);
    }
}
