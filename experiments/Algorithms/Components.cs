using System.Collections.Immutable;
using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Exchanges;
using Compression.Memory;
using Compression.Training.Sessions;

namespace Compression.Experiments.Algorithms;

/// <summary>The algorithms that the program is built with; a new class in these assemblies joins by itself.</summary>
internal static class Components
{
    private static readonly ImmutableDictionary<string, string> s_noFlags = ImmutableDictionary<string, string>.Empty;

    /// <summary>Compressors, memories and exchanges.</summary>
    public static AlgorithmCatalog Catalog() => AlgorithmCatalog.FromAssemblies(
        typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly, typeof(AllGatherExchange).Assembly);

    /// <summary>A pipeline around a compressor, everything else by default.</summary>
    public static CompressionPlan Compose(string compressor) => Compose(compressor, "auto");

    /// <summary>A pipeline around a compressor and an exchange, everything else by default.</summary>
    public static CompressionPlan Compose(string compressor, string exchange) => Compose(new CompressionRequest(compressor, "auto", exchange, MinSlotSize: 0, s_noFlags));

    /// <summary>The pipeline of row gradients, whose compressor has an option of its own.</summary>
    public static CompressionPlan ComposeRows(string compressor) =>
        Compose(new CompressionRequest(compressor, "auto", "auto", MinSlotSize: 0, s_noFlags) { CompressorOption = "--row_compressor" });

    /// <summary>The pipeline that a trainer's options ask for.</summary>
    /// <param name="options">Checked one by one.</param>
    /// <param name="flags">Flags of components.</param>
    /// <param name="presetFlags">Flags of components that stand below them.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a name or an option is wrong, or parts do not fit.</exception>
    public static CompressionPlan Compose(TrainerOptions options, IReadOnlyDictionary<string, string> flags, IReadOnlyDictionary<string, string> presetFlags) =>
        Compose(new CompressionRequest(options.Compressor, options.Memory, options.Exchange, options.MinSlotSize, flags)
        {
            PresetFlags = presetFlags,
            SlotOverrides = options.Slot,
            WarmupEpochs = options.WarmupEpochs,
            OptimizerMomentum = options.OptimizerMomentum,
            PlainSgd = options.IsPlainSgd,
            MomentumOption = options.MomentumOption,
            Workers = options.GradientWorkers,
        });

    private static CompressionPlan Compose(CompressionRequest request) => new CompressionComposer(Catalog()).Compose(request);
}
