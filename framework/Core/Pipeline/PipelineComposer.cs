using Compression.Core.Catalog;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Core.Pipeline;

/// <summary>Turns a user's description into a checked composition. What cannot work is refused with the reason and the alternatives.</summary>
public sealed class PipelineComposer
{
    private const string Auto = "auto";

    private readonly AlgorithmCatalog _catalog;

    /// <param name="catalog">The algorithms to choose from.</param>
    public PipelineComposer(AlgorithmCatalog catalog) => _catalog = catalog;

    /// <summary>Composes.</summary>
    /// <exception cref="UserErrorException">Unknown name, bad option, or parts that do not fit (exit code 2).</exception>
    public PipelinePlan Compose(PipelineRequest request)
    {
        var notes = new List<string>();
        var (sparsifierTerm, quantizerTerm) = _catalog.ParseCompressor(request.Compressor, "--compressor");
        var sparsifier = Bind(AlgorithmRole.Sparsifier, sparsifierTerm, request, "--compressor");
        var quantizer = Bind(AlgorithmRole.Quantizer, quantizerTerm, request, "--compressor");
        ICompressor CreateCompressor(ComponentContext context) => WithSmallSlots(
            new SelectThenQuantize((ISparsifier)sparsifier.Create(context), (IQuantizer)quantizer.Create(context)), request, context);

        var traits = CreateCompressor(new ComponentContext(BucketLayout.Create([]), KernelTeam.Single, 0)).Traits;
        var exchange = ChooseExchange(request, traits, sparsifier, quantizer);
        var memory = ChooseMemory(request, traits, exchange, notes);
        NoteUnusedFlags(request, [sparsifier.Entry, quantizer.Entry, memory.Entry, exchange.Entry], notes);

        string name = $"{sparsifier.Text}+{quantizer.Text}" + (request.MinSlotSize > 0 ? $" from {request.MinSlotSize} elements" : "");
        IGradientAggregator CreateAggregator(ComponentContext context) => (IGradientAggregator)exchange.Create(
            context, exchange.Entry.Takes(typeof(ICompressor)) ? CreateCompressor(context) : null, memory.Create(context));
        return new PipelinePlan(name, memory.Text, exchange.Text, notes, CreateAggregator, CreateCompressor);
    }

    private ICompressor WithSmallSlots(ICompressor compressor, PipelineRequest request, ComponentContext context)
    {
        if (request.MinSlotSize == 0)
        {
            return compressor;
        }

        var dense = Bind(AlgorithmRole.Sparsifier, new AlgorithmTerm("dense", []), request, "--min_slot_size");
        var float32 = Bind(AlgorithmRole.Quantizer, new AlgorithmTerm("float32", []), request, "--min_slot_size");
        var plain = new SelectThenQuantize((ISparsifier)dense.Create(context), (IQuantizer)float32.Create(context));
        return new SmallSlotsDense(compressor, plain, request.MinSlotSize);
    }

    private Part ChooseExchange(PipelineRequest request, CompressorTraits traits, Part sparsifier, Part quantizer)
    {
        string name = request.Exchange != Auto ? request.Exchange : traits.Lossless ? "allreduce" : "allgather";
        var exchange = Bind(AlgorithmRole.Exchange, Single(name, "--exchange"), request, "--exchange");
        if (!exchange.Entry.Takes(typeof(ICompressor)) && !traits.Lossless)
        {
            string fitting = string.Join(", ", _catalog.Entries
                .Where(entry => entry.Role == AlgorithmRole.Exchange && entry.Takes(typeof(ICompressor))).Select(entry => entry.Name));
            throw new UserErrorException(
                ExitCode.Usage,
                $"--exchange {exchange.Text} adds up plain floats and cannot carry {sparsifier.Entry.Name}+{quantizer.Entry.Name}; use {fitting} or auto.");
        }

        return exchange;
    }

    private Part ChooseMemory(PipelineRequest request, CompressorTraits traits, Part exchange, List<string> notes)
    {
        bool keepsNothing = traits.Lossless || !exchange.Entry.Takes(typeof(IGradientMemory));
        string name = request.Memory != Auto ? request.Memory : traits.Unbiased || keepsNothing ? "none" : "residual";
        var memory = Bind(AlgorithmRole.Memory, Single(name, "--memory"), request, "--memory");
        if (keepsNothing && memory.Entry.Name != "none")
        {
            notes.Add($"--memory {memory.Entry.Name} has nothing to keep: every gradient is sent in full.");
            return Bind(AlgorithmRole.Memory, new AlgorithmTerm("none", []), request, "--memory");
        }

        if (memory.Entry.Name == "none" && !traits.Unbiased)
        {
            notes.Add("This compressor is biased and --memory is none: what is not sent is lost; --memory residual keeps it.");
        }

        return memory;
    }

    private void NoteUnusedFlags(PipelineRequest request, AlgorithmEntry[] used, List<string> notes)
    {
        var acting = used.SelectMany(entry => entry.Options).Select(option => option.Flag).ToHashSet();
        foreach (string flag in request.Flags.Keys.Where(flag => !acting.Contains(flag)))
        {
            string owners = string.Join(", ", _catalog.Flags.Where(group => group.Key == flag).SelectMany(group => group).Select(pair => pair.Entry.Name));
            notes.Add($"--{flag} has no effect here; it belongs to {owners}.");
        }
    }

    private Part Bind(AlgorithmRole role, AlgorithmTerm term, PipelineRequest request, string shownAs)
    {
        var entry = _catalog.Find(role, term.Name, shownAs);
        object? options = entry.BindOptions(term, request.Flags);
        return new Part(entry, options);
    }

    private static AlgorithmTerm Single(string text, string shownAs) => AlgorithmTerm.Parse(text, shownAs) is [var term]
        ? term
        : throw new UserErrorException(ExitCode.Usage, $"{shownAs} '{text}': one name, not a composition.");

    private sealed record Part(AlgorithmEntry Entry, object? Options)
    {
        public string Text => Entry.Describe(Options);

        public object Create(params object?[] parts) => Entry.Create([Options, .. parts]);
    }
}
