using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Core.Composition;

/// <summary>Turns a user's description into a checked composition. What cannot work is refused with the reason and the alternatives.</summary>
/// <param name="catalog">The algorithms to choose from.</param>
public sealed class CompressionComposer(AlgorithmCatalog catalog)
{
    private const string Auto = "auto";

    /// <summary>Composes.</summary>
    /// <exception cref="UserErrorException">Unknown name, bad option, or parts that do not fit (exit code 2).</exception>
    public CompressionPlan Compose(CompressionRequest request)
    {
        var notes = new List<string>();
        var recipe = new CompressorRecipe(
            BindPair(request.Compressor, request, request.CompressorOption), BindPair("dense+float32", request, "--compressor"),
            [.. ReadOverrides(request)], request.MinSlotSize, request.WarmupEpochs);
        var exchange = ChooseExchange(request, recipe.TraitsWith(hasMemory: false), recipe.Main, notes);
        recipe = WithoutIdleRules(recipe, exchange, request, notes);
        var memory = ChooseMemory(request, recipe.TraitsWith(hasMemory: false), exchange, notes);
        NoteUnusedFlags(request, [.. recipe.Entries, memory.Entry, exchange.Entry], notes);

        var plan = new CompressionPlan(recipe, memory, exchange, request.PlainSgd)
        {
            Notes = notes,
            Flags = catalog.Flags.ToDictionary(flag => flag.Key, flag => OptionText.Shortest(request.Flags.GetValueOrDefault(flag.Key) ?? request.PresetFlags.GetValueOrDefault(flag.Key, ""))),
        };
        if (plan.Traits.MicroBatches > 0)
        {
            notes.Add($"Second moments are those of {plan.Traits.MicroBatches} micro-batches of a worker's batch; with as many as --batch_size they are the paper's, of samples.");
        }

        return plan;
    }

    private static bool HasMemory(BoundAlgorithm memory) => memory.Entry.Name != "none";

    private CompressorPair BindPair(string text, CompressionRequest request, string shownAs)
    {
        var (sparsifier, quantizer) = catalog.ParseCompressor(text, shownAs);
        var pair = new CompressorPair(
            Bind(AlgorithmRole.Sparsifier, sparsifier, request, shownAs), Bind(AlgorithmRole.Quantizer, quantizer, request, shownAs));
        return !pair.LacksMagnitude ? pair : throw new UserErrorException(
            ExitCode.Usage, $"{shownAs} {pair.Text}: {pair.Sparsifier.Entry.Name} prescribes no magnitude; leave magnitude=sparsifier away, or use adacomp.");
    }

    // Rules for some parameters or epochs: refused where an exchange cannot follow them, left away and named where everything is sent in full anyway.
    private static CompressorRecipe WithoutIdleRules(CompressorRecipe recipe, BoundAlgorithm exchange, CompressionRequest request, List<string> notes)
    {
        if (exchange.Entry.Declared.CompressesAlike && GivenRules(request) is [var rule, ..])
        {
            throw new UserErrorException(
                ExitCode.Usage, $"{rule}: --exchange {exchange.Entry.Name} compresses all parameters alike, from the first step on; leave it away, or use another --exchange.");
        }

        bool mainIsDense = recipe.Main.IsLossless, allAreDense = mainIsDense && recipe.Overrides.All(other => other.Pair.IsLossless);
        void Note(bool idle, string option)
        {
            if (idle)
            {
                notes.Add($"{option} has no effect here: everything is sent in full anyway.");
            }
        }

        Note(mainIsDense && recipe.MinSlotSize > 0, "--min_slot_size");
        Note(allAreDense && recipe.Overrides.Length > 0, "--slot");
        Note(allAreDense && recipe.WarmupEpochs > 0, "--warmup_epochs");
        return recipe with
        {
            MinSlotSize = mainIsDense ? 0 : recipe.MinSlotSize,
            WarmupEpochs = allAreDense ? 0 : recipe.WarmupEpochs,
        };
    }

    private static string[] GivenRules(CompressionRequest request) =>
    [
        .. request.WarmupEpochs > 0 ? [$"--warmup_epochs {request.WarmupEpochs}"] : Array.Empty<string>(),
        .. request.SlotOverrides.Length > 0 ? [$"--slot '{request.SlotOverrides}'"] : Array.Empty<string>(),
        .. request.MinSlotSize > 0 ? [$"--min_slot_size {request.MinSlotSize}"] : Array.Empty<string>(),
    ];

    private IEnumerable<(string Pattern, CompressorPair Pair)> ReadOverrides(CompressionRequest request)
    {
        foreach (string rule in request.SlotOverrides.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = rule.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == rule.Length - 1)
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"--slot '{rule}': must be pattern=compressor, as in decoder.*=none; several are separated by ';'.");
            }

            yield return (rule[..equals].Trim(), BindPair(rule[(equals + 1)..].Trim(), request, "--slot"));
        }
    }

    private BoundAlgorithm ChooseExchange(CompressionRequest request, CompressorTraits traits, CompressorPair main, List<string> notes)
    {
        string chosen = DefaultExchange(request, traits);
        if (request.Exchange is not Auto && chosen != request.Exchange)
        {
            notes.Add($"--exchange {request.Exchange}: its options have no effect here, where {chosen} is the only choice.");
        }

        var exchange = Bind(AlgorithmRole.Exchange, Single(chosen, "--exchange"), request, "--exchange");
        if ((exchange.Entry.Declared.Carries & traits.Form) == 0)
        {
            string fitting = string.Join(", ", catalog.Entries
                .Where(entry => entry.Role == AlgorithmRole.Exchange && (entry.Declared.Carries & traits.Form) != 0).Select(entry => entry.Name));
            throw new UserErrorException(
                ExitCode.Usage,
                $"--exchange {exchange.Entry.Name} carries {InWords(exchange.Entry.Declared.Carries)}, not {main.Sparsifier.Entry.Name}+{main.Quantizer.Entry.Name}"
                + $"{(GivenRules(request) is { Length: > 0 } rules ? $" with {string.Join(" and ", rules)}" : "")}; use {fitting}.");
        }

        return exchange;
    }

    // A choice by what is composed alone; with more than two workers auto goes on measuring while it runs.
    private static string DefaultExchange(CompressionRequest request, CompressorTraits traits)
    {
        bool isAuto = AlgorithmTerm.Parse(request.Exchange, "--exchange") is [{ Name: Auto }];
        return !isAuto ? request.Exchange
            : traits.Lossless ? "allreduce"
            : request.Exchange == Auto && (request.Workers <= 2 || traits.KeepsResidual) ? "allgather"
            : request.Exchange;
    }

    private static string InWords(PayloadForm forms)
    {
        string[] words =
        [
            .. forms.HasFlag(PayloadForm.Floats) ? ["dense float32 (--compressor none)"] : Array.Empty<string>(),
            .. forms.HasFlag(PayloadForm.SparseFloats) ? ["sparse float32 (--compressor topk)"] : Array.Empty<string>(),
            .. forms.HasFlag(PayloadForm.Signs) ? ["the sign of every entry (--compressor sign)"] : Array.Empty<string>(),
            .. forms.HasFlag(PayloadForm.Codes) ? ["what needs no residual of its own"] : Array.Empty<string>(),
        ];
        return string.Join(" or ", words);
    }

    private BoundAlgorithm ChooseMemory(CompressionRequest request, CompressorTraits traits, BoundAlgorithm exchange, List<string> notes)
    {
        bool takesMemory = exchange.Entry.Takes(typeof(IGradientMemory));
        bool keepsNothing = traits.Lossless || !takesMemory;
        string name = request.Memory != Auto ? request.Memory : traits.WantsMemory && !traits.KeepsResidual && !keepsNothing ? "residual" : "none";
        var memory = Bind(AlgorithmRole.Memory, Single(name, "--memory"), request, "--memory");
        if (!HasMemory(memory))
        {
            if (!traits.Unbiased && !traits.KeepsResidual && takesMemory)
            {
                notes.Add(traits.WantsMemory
                    ? "This compressor is biased and --memory is none: what is not sent is lost; --memory residual keeps it."
                    : "This compressor is biased and goes without a memory, as in its paper: what it cuts off is lost.");
            }

            return memory;
        }

        if (!takesMemory && exchange.Entry.Declared.WithoutMemory.Length > 0)
        {
            throw Refused(memory, $"--exchange {exchange.Entry.Name} takes none: {exchange.Entry.Declared.WithoutMemory}; use none or auto.");
        }

        if (keepsNothing)
        {
            notes.Add($"--memory {memory.Entry.Name} has nothing to keep: every gradient is sent in full.");
            return Bind(AlgorithmRole.Memory, new AlgorithmTerm("none", []), request, "--memory");
        }

        if (traits.KeepsResidual)
        {
            throw Refused(memory, "this compressor holds what it does not send by itself, and a memory would hold it twice; use none or auto.");
        }

        if (memory.Has(AlgorithmTraits.AppliesMomentum) && request.OptimizerMomentum > 0)
        {
            throw Refused(
                memory,
                $"it applies momentum, and so does the optimizer ({request.MomentumOption} {OptionText.Format(request.OptimizerMomentum)}): set that to 0, "
                + "or use --memory residual.");
        }

        return memory;
    }

    private static UserErrorException Refused(BoundAlgorithm memory, string reason) => new(ExitCode.Usage, $"--memory {memory.Entry.Name}: {reason}");

    private void NoteUnusedFlags(CompressionRequest request, AlgorithmEntry[] used, List<string> notes)
    {
        var acting = used.SelectMany(entry => entry.Options).Select(option => option.Flag).ToHashSet();
        foreach (string flag in request.Flags.Keys.Where(flag => !acting.Contains(flag)))
        {
            string owners = string.Join(", ", catalog.Flags.Where(group => group.Key == flag).SelectMany(group => group).Select(pair => pair.Entry.Name));
            notes.Add($"--{flag} has no effect here; it belongs to {owners}.");
        }
    }

    private BoundAlgorithm Bind(AlgorithmRole role, AlgorithmTerm term, CompressionRequest request, string shownAs)
    {
        var entry = catalog.Find(role, term.Name, shownAs);
        return new BoundAlgorithm(entry, entry.BindOptions(term, request.PresetFlags, request.Flags));
    }

    private static AlgorithmTerm Single(string text, string shownAs) => AlgorithmTerm.Parse(text, shownAs) is [var term]
        ? term
        : throw new UserErrorException(ExitCode.Usage, $"{shownAs} '{text}': one name, not a composition.");
}
