using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Core.Composition;

/// <summary>What a compressor, put together from a sparsifier and a quantizer, asks of the trainer and promises.</summary>
/// <param name="Unbiased">The expectation of the decoded gradient is the gradient.</param>
/// <param name="Lossless">Every float32 arrives as it was: a plain all-reduce does the same.</param>
public sealed record CompressorTraits(bool Unbiased, bool Lossless)
{
    /// <summary>What it does not send is lost without a memory, and makes up for it with one.</summary>
    public bool WantsMemory { get; init; } = !Unbiased;

    /// <summary>It keeps what it does not send by itself: a memory on top would keep it twice.</summary>
    public bool KeepsResidual { get; init; }

    /// <summary>Parts into which the trainer splits a worker's batch, so that second moments over samples can be seen; 0 if not needed.</summary>
    public int MicroBatches { get; init; }

    /// <summary>What its payload consists of; tells which exchanges can carry it.</summary>
    public PayloadForm Form { get; init; } = PayloadForm.Codes;

    /// <summary>Its paper keeps the residual in units of the step γg, not of the gradient.</summary>
    public bool ResidualInStepUnits { get; init; }

    /// <summary>It, or its memory, looks at all parameters at once: they cannot be exchanged in groups.</summary>
    public bool NeedsWholeBucket { get; init; }

    /// <summary>Of a sparsifier with a quantizer.</summary>
    /// <param name="sparsifier">Chooses entries.</param>
    /// <param name="quantizer">Writes their values.</param>
    /// <param name="hasMemory">A memory keeps what is not sent.</param>
    internal static CompressorTraits Of(BoundAlgorithm sparsifier, BoundAlgorithm quantizer, bool hasMemory)
    {
        bool keepsAll = sparsifier.Has(AlgorithmTraits.KeepsAll), lossless = quantizer.Has(AlgorithmTraits.Lossless);
        bool choosesUnbiased = sparsifier.Has(AlgorithmTraits.Unbiased) || (!hasMemory && sparsifier.Has(AlgorithmTraits.UnbiasedWithoutMemory));
        bool writesUnbiased = quantizer.Has(AlgorithmTraits.Unbiased);
        bool keepsResidual = sparsifier.Has(AlgorithmTraits.KeepsResidual), allSigns = keepsAll && quantizer.Has(AlgorithmTraits.SendsSigns);
        return new CompressorTraits(choosesUnbiased && writesUnbiased, keepsAll && lossless)
        {
            WantsMemory = !choosesUnbiased || (!writesUnbiased && !quantizer.Has(AlgorithmTraits.GoesWithoutMemory)),
            KeepsResidual = keepsResidual,
            MicroBatches = (sparsifier.Options as IMicroBatchOptions)?.MicroBatches ?? 0,
            NeedsWholeBucket = sparsifier.Has(AlgorithmTraits.NeedsWholeBucket),
            Form = keepsResidual ? PayloadForm.SelfKept
                : lossless && !sparsifier.Has(AlgorithmTraits.ChoosesCoefficients) ? (keepsAll ? PayloadForm.Floats : PayloadForm.SparseFloats)
                : allSigns ? PayloadForm.Signs : PayloadForm.Codes,

            // EF-signSGD sends the sign of every entry; sparsified, it is another method.
            ResidualInStepUnits = allSigns,
        };
    }

    /// <summary>Of a compressor that sends dense floats in its first epochs: only its own decoder knows which form a payload has.</summary>
    internal CompressorTraits AfterDenseWarmUp() => this with { Form = KeepsResidual ? PayloadForm.SelfKept : PayloadForm.Codes };

    /// <summary>Of compressors that share the parameters.</summary>
    internal static CompressorTraits OfAll(IReadOnlyCollection<CompressorTraits> all) => new(all.All(one => one.Unbiased), all.All(one => one.Lossless))
    {
        WantsMemory = all.Any(one => one.WantsMemory),
        KeepsResidual = all.Any(one => one.KeepsResidual),
        NeedsWholeBucket = all.Any(one => one.NeedsWholeBucket),
        MicroBatches = all.Max(one => one.MicroBatches),
        Form = FormOf([.. all.Select(one => one.Form).Distinct()]),
        ResidualInStepUnits = all.Where(one => !one.Lossless).All(one => one.ResidualInStepUnits),
    };

    // All entries are a special case of chosen entries; other mixtures are codes.
    private static PayloadForm FormOf(PayloadForm[] forms) =>
        forms is [var only] ? only
        : forms.Contains(PayloadForm.SelfKept) ? PayloadForm.SelfKept
        : forms.All(form => form is PayloadForm.Floats or PayloadForm.SparseFloats) ? PayloadForm.SparseFloats
        : PayloadForm.Codes;
}
