using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Core.Composition;

/// <summary>A sparsifier and a quantizer with their options.</summary>
/// <param name="Sparsifier">Chooses entries.</param>
/// <param name="Quantizer">Writes their values.</param>
internal sealed record CompressorPair(BoundAlgorithm Sparsifier, BoundAlgorithm Quantizer)
{
    /// <summary>Text that composes the same again.</summary>
    public string Text => $"{Sparsifier.Text}+{Quantizer.Text}";

    /// <summary>The sparsifier sends a given share of the entries, which a warm-up can raise.</summary>
    public bool HasRatio => Sparsifier.Entry.Options.Any(option => option.Flag == "compress_ratio");

    /// <summary>Every float32 arrives as it was.</summary>
    public bool IsLossless => Create(ComponentContext.OfNothing).Traits.Lossless;

    /// <summary>The quantizer is to write a magnitude that the sparsifier does not prescribe.</summary>
    public bool LacksMagnitude => ((IQuantizer)Quantizer.Create(ComponentContext.OfNothing)).NeedsMagnitude
        && !((ISparsifier)Sparsifier.Create(ComponentContext.OfNothing)).GivesMagnitude;

    /// <summary>Both algorithms.</summary>
    public IEnumerable<AlgorithmEntry> Entries => [Sparsifier.Entry, Quantizer.Entry];

    /// <summary>Makes one worker's compressor.</summary>
    public ICompressor Create(ComponentContext context) =>
        new SelectThenQuantize((ISparsifier)Sparsifier.Create(context), (IQuantizer)Quantizer.Create(context), context.Team);
}
