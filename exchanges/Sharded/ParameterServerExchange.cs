using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Exchanges.Sharded;

/// <summary>
/// A synchronous parameter server (Li et al. 2014) whose shards lie on the workers themselves: compressed gradients are pushed to the
/// owners of their shards, and sums are pulled by all, in float32 or compressed. With a dense pull the result is the exact mean of
/// what was pushed.
/// </summary>
[Algorithm(
    "ps", AlgorithmRole.Exchange, "parameter server, Li et al. 2014: push compressed, pull dense or compressed",
    Carries = PayloadForm.Any & ~PayloadForm.SelfKept,
    DiffersFromPaper = "synchronous, and on the workers themselves; the paper's servers are apart, and workers need not wait")]
public sealed class ParameterServerExchange(ParameterServerOptions options, CompressorFactory compressors, IGradientMemory memory, ComponentContext context)
    : ShardedExchange(compressors, memory, context, compressSums: options.Pull == PullFormat.Compressed);
