using System.Collections.Immutable;
using System.IO.Enumeration;
using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Reporting;

namespace Compression.Core.Composition;

/// <summary>How to make a worker's compressor: one composition for most parameters, others for some, and a warm-up.</summary>
/// <param name="Main">The composition.</param>
/// <param name="Dense">Dense and float32.</param>
/// <param name="Overrides">Compositions of parameters whose names match a pattern; the first match counts.</param>
/// <param name="MinSlotSize">Parameters with fewer elements, and no override, go dense.</param>
/// <param name="WarmupEpochs">Epochs of warm-up.</param>
internal sealed record CompressorRecipe(
    CompressorPair Main, CompressorPair Dense, ImmutableArray<(string Pattern, CompressorPair Pair)> Overrides, int MinSlotSize, int WarmupEpochs)
{
    /// <summary>All of it in words that tell one recipe from another.</summary>
    public string Text => string.Concat(
    [
        Main.Text,
        .. Overrides.Select(rule => $"; {rule.Pattern}={rule.Pair.Text}"),
        MinSlotSize > 0 ? $"; from {MinSlotSize} {Plural.Of(MinSlotSize, "element")}" : "",
        WarmupEpochs > 0 ? $"; after {WarmupEpochs} {Plural.Of(WarmupEpochs, "epoch")} of warm-up" : "",
    ]);

    /// <summary>All algorithms that take part.</summary>
    public IEnumerable<AlgorithmEntry> Entries => Overrides.Select(rule => rule.Pair).Prepend(Main).SelectMany(pair => pair.Entries);

    /// <summary>What the whole promises.</summary>
    /// <param name="hasMemory">A memory keeps what is not sent.</param>
    public CompressorTraits TraitsWith(bool hasMemory)
    {
        CompressorTraits[] all =
        [
            Warmed(Main), .. Overrides.Select(rule => Warmed(rule.Pair)), .. MinSlotSize > 0 ? [Dense.TraitsWith(hasMemory)] : Array.Empty<CompressorTraits>(),
        ];
        return all is [var only] ? only : CompressorTraits.OfAll(all);

        CompressorTraits Warmed(CompressorPair pair)
        {
            var traits = pair.TraitsWith(hasMemory);
            return WarmupEpochs == 0 || traits.Lossless || pair.HasRatio ? traits : traits.AfterDenseWarmUp();
        }
    }

    /// <summary>Makes one worker's compressor.</summary>
    /// <exception cref="UserErrorException">A pattern matches no parameter.</exception>
    public ICompressor Create(ComponentContext context)
    {
        var main = Warmed(Main, context);
        if (Overrides.IsEmpty && MinSlotSize == 0)
        {
            return main;
        }

        var dense = Dense.Create(context);
        ImmutableArray<(string Pattern, ICompressor Compressor)> rules = [.. Overrides.Select(rule => (rule.Pattern, Warmed(rule.Pair, context)))];
        foreach (string pattern in context.Layout.Slots.IsEmpty || context.Layout.IsPart ? [] : rules.Select(rule => rule.Pattern))
        {
            RequireMatch(pattern, context.Layout);
        }

        ICompressor Choose(ParameterSlot slot) => rules.FirstOrDefault(rule => Matches(rule.Pattern, slot)).Compressor
            ?? (slot.Origin.Length < MinSlotSize ? dense : main);
        return new PerSlotCompressor(
            context.Layout, Choose, [main, .. rules.Select(rule => rule.Compressor), .. MinSlotSize > 0 ? [dense] : Array.Empty<ICompressor>()]);
    }

    private ICompressor Warmed(CompressorPair pair, ComponentContext context)
    {
        var compressor = pair.Create(context);
        return WarmupEpochs == 0 || pair.IsLossless ? compressor
            : pair.HasRatio ? new RatioWarmUp(compressor, WarmupEpochs)
            : new DenseWarmUp(compressor, Dense.Create(context), WarmupEpochs);
    }

    private static bool Matches(string pattern, ParameterSlot slot) => FileSystemName.MatchesSimpleExpression(pattern, slot.Origin.Name, ignoreCase: false);

    private static void RequireMatch(string pattern, BucketLayout layout)
    {
        if (!layout.Slots.Any(slot => Matches(pattern, slot)))
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--slot {pattern}: no parameter is called so{NearestNames.Hint(pattern, layout.Slots.Select(slot => slot.Name))}.");
        }
    }
}
