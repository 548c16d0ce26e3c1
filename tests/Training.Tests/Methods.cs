using Compression.Compressors.Sparsifiers.TopK;
using Compression.Core.Catalog;
using Compression.Exchanges;
using Compression.Memory;

namespace Compression.Training.Tests;

/// <summary>Every compressor, memory and exchange there is.</summary>
internal static class Methods
{
    public static AlgorithmCatalog All { get; } = AlgorithmCatalog.FromAssemblies(
        typeof(TopKSparsifier).Assembly, typeof(NoMemory).Assembly, typeof(AllGatherExchange).Assembly);
}
