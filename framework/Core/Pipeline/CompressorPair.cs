using Compression.Core.Catalog;

namespace Compression.Core.Pipeline;

/// <summary>A sparsifier and a quantizer with their options.</summary>
/// <param name="Sparsifier">Chooses entries.</param>
/// <param name="Quantizer">Writes their values.</param>
internal sealed record CompressorPair(BoundAlgorithm Sparsifier, BoundAlgorithm Quantizer)
{
    /// <summary>Text that composes the same again.</summary>
    public string Text => $"{Sparsifier.Text}+{Quantizer.Text}";

    /// <summary>The sparsifier sends a given share of the entries, which a warm-up can raise.</summary>
    public bool HasRatio => Sparsifier.Entry.Options.Any(option => option.Flag == "compress_ratio");

    /// <summary>Both algorithms.</summary>
    public IEnumerable<AlgorithmEntry> Entries => [Sparsifier.Entry, Quantizer.Entry];

    /// <summary>Makes one worker's compressor.</summary>
    public ICompressor Create(ComponentContext context) =>
        new SelectThenQuantize((ISparsifier)Sparsifier.Create(context), (IQuantizer)Quantizer.Create(context), context.Team);
}
