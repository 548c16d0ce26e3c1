using System.Collections.Immutable;
using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Exchanges;
using Compression.Memory;

namespace Compression.Benchmarks.Tests;

/// <summary>Pipelines of the real catalogue.</summary>
internal static class Compositions
{
    private static readonly AlgorithmCatalog s_catalog = AlgorithmCatalog.FromAssemblies(
        typeof(TopKSparsifier).Assembly, typeof(ResidualMemory).Assembly, typeof(AllGatherExchange).Assembly);

    public static CompressionPlan Compose(string compressor) => Compose(compressor, "auto");

    public static CompressionPlan Compose(string compressor, string exchange) => new CompressionComposer(s_catalog).Compose(
        new CompressionRequest(compressor, "auto", exchange, MinSlotSize: 0, ImmutableDictionary<string, string>.Empty));
}
