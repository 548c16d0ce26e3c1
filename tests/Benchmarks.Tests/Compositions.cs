using System.Collections.Immutable;
using Compression.Compressors.Sparsifiers;
using Compression.Core.Catalog;
using Compression.Core.Pipeline;
using Compression.Memory;

namespace Compression.Benchmarks.Tests;

/// <summary>Pipelines of the real catalogue.</summary>
internal static class Compositions
{
    private static readonly AlgorithmCatalog s_catalog = AlgorithmCatalog.FromAssemblies(
        typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly, typeof(CompressedGather).Assembly);

    public static PipelinePlan Compose(string compressor) => Compose(compressor, "auto");

    public static PipelinePlan Compose(string compressor, string exchange) => new PipelineComposer(s_catalog).Compose(
        new PipelineRequest(compressor, "auto", exchange, MinSlotSize: 0, ImmutableDictionary<string, string>.Empty));
}
