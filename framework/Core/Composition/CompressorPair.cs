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
    public bool HasRatio => Sparsifier.Options is IRatioOptions;

    /// <summary>Every float32 arrives as it was.</summary>
    public bool IsLossless => TraitsWith(hasMemory: false).Lossless;

    /// <summary>The quantizer is to write a magnitude that the sparsifier does not prescribe.</summary>
    public bool LacksMagnitude => Quantizer.Has(AlgorithmTraits.NeedsMagnitude) && !Sparsifier.Has(AlgorithmTraits.GivesMagnitude);

    /// <summary>Both algorithms.</summary>
    public IEnumerable<AlgorithmEntry> Entries => [Sparsifier.Entry, Quantizer.Entry];

    /// <summary>What the two promise together.</summary>
    /// <param name="hasMemory">A memory keeps what is not sent.</param>
    public CompressorTraits TraitsWith(bool hasMemory) => CompressorTraits.Of(Sparsifier, Quantizer, hasMemory);

    /// <summary>Makes one worker's compressor.</summary>
    public ICompressor Create(ComponentContext context) => new SelectThenQuantize(
        (ISparsifier)Sparsifier.Create(context), (IQuantizer)Quantizer.Create(context), Sparsifier.Has(AlgorithmTraits.KeepsAll), context.Team);
}
