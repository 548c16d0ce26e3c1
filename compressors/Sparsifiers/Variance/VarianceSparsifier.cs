using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Compressors.Sparsifiers.Variance;

/// <summary>Options of <see cref="VarianceSparsifier"/>.</summary>
public sealed record VarianceOptions : IMicroBatchOptions
{
    /// <summary>α.</summary>
    [Option("alpha", "an entry is sent once its squared sum exceeds alpha times its sum of squares; the paper uses 1, 1.5 and 2", Flag = "variance_alpha", Min = 0, MinExclusive = true, Max = 1e38)]
    public double Alpha { get; init; } = 1;

    /// <summary>ζ.</summary>
    [Option("zeta", "decay of the sum of squares, a step", Flag = "variance_zeta", Min = 0, Max = 1)]
    public double Zeta { get; init; } = 0.999;

    /// <summary>m.</summary>
    [Option("micro_batches", "parts of a batch over which second moments are taken; the batch size is the paper's definition, and the slowest", Flag = "variance_micro_batches", Min = 1, Max = int.MaxValue)]
    public int MicroBatches { get; init; } = 4;
}

/// <summary>
/// Variance-based compression (Tsuzuku, Imachi and Akiba 2018, Algorithm 1): an entry waits until its accumulated gradient r stands out
/// from its noise, r² > αv, with v the decayed sum over samples of their squared shares of the gradient. What waits is kept here, so
/// that no memory is needed. Over m micro-batches in place of single samples v is that of m larger samples.
/// </summary>
/// <param name="options">α, ζ, m.</param>
/// <param name="context">Parameters and threads.</param>
[Algorithm(
    "variance", AlgorithmRole.Sparsifier, "Tsuzuku et al. 2018", Traits = AlgorithmTraits.KeepsResidual, Quantizer = "exponent",
    DiffersFromPaper = "second moments are those of 4 micro-batches (variance_micro_batches) and not of single samples; as many as the batch has are the paper's")]
public sealed class VarianceSparsifier(VarianceOptions options, ComponentContext context) : ISparsifier
{
    private readonly float[]?[] _sums = new float[context.Layout.Slots.Length][];
    private readonly float[]?[] _squares = new float[context.Layout.Slots.Length][];
    private readonly Candidates _chosen = new();

    /// <summary>The paper's 32 bits an entry, of which the value takes four.</summary>
    public double NominalIndexBits => 28;

    public Selection Select(in GradientView gradient)
    {
        int slot = gradient.Slot.Index;
        float[] sum = _sums[slot] ??= new float[gradient.Slot.Length];
        float[] squares = _squares[slot] ??= new float[gradient.Slot.Length];
        CollectUnambiguous.Invoke(
            context.Team, sum, squares, gradient.Raw, gradient.Squares, (float)options.Alpha, (float)options.Zeta, _chosen);
        return new Selection(_chosen.Positions, _chosen.Values);
    }

    public void Save(IStateWriter writer)
    {
        foreach (var slot in context.Layout.Slots)
        {
            if (_sums[slot.Index] is { } sum && _squares[slot.Index] is { } squares)
            {
                writer.Write($"variance/sum/{slot.Name}", sum);
                writer.Write($"variance/squares/{slot.Name}", squares);
            }
        }
    }

    public void Load(IStateReader reader)
    {
        foreach (var slot in context.Layout.Slots.Where(slot => reader.Contains($"variance/sum/{slot.Name}")))
        {
            reader.Read($"variance/sum/{slot.Name}", _sums[slot.Index] = new float[slot.Length]);
            reader.Read($"variance/squares/{slot.Name}", _squares[slot.Index] = new float[slot.Length]);
        }
    }
}
