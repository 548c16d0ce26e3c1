using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Exchanges.Sharded;

/// <summary>
/// Compressed scatter-reduce and all-gather (CGX, Markov et al. 2022): shards are compressed, added up by their owners, and the sums
/// compressed again. A worker's bytes do not grow with n; the price is a second compression, whose error the owner keeps for its
/// next sum (as in DoubleSqueeze, Tang et al. 2019).
/// </summary>
[Algorithm(
    "reducescatter", AlgorithmRole.Exchange, "CGX, Markov et al. 2022: shards to owners, compressed sums to all",
    Carries = PayloadForm.Any & ~PayloadForm.SelfKept,
    DiffersFromPaper = "the owner of a sum keeps the error of its second compression where there is a memory; CGX drops it")]
public sealed class ReduceScatterExchange(CompressorFactory compressors, IGradientMemory memory, ComponentContext context)
    : ShardedExchange(compressors, memory, context, compressSums: true);
