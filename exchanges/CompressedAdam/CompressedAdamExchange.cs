using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Exchanges.AllReduce;
using Compression.Exchanges.Sharded;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>
/// The exchange of Adam with a held second moment: gradients dense, by an all-reduce; first moments by scale and sign, with feedback of the errors that
/// workers make, and of those that the owners of shards make when they compress the mean again.
/// </summary>
/// <param name="context">Parameters, threads, rank and number of workers.</param>
/// <remarks>
/// Bytes a worker sends: 2(n−1)/n·4d dense; else 2(n−1)/n·(d/8 + 4 a parameter), and 20 of header and length for each of 2(n−1) messages. A worker keeps
/// its error, one float a parameter, and an owner that of its shard.
/// </remarks>
public abstract class CompressedAdamExchange(ComponentContext context) : IMomentAggregator
{
    private readonly AllReduceExchange _dense = new(new AllReduceOptions(), context);
    private readonly Signs _signs = new(context with { HasMemory = true });

    /// <summary>Bytes of this worker's own signs in the last step that sent any, headers included.</summary>
    public int PayloadLength => _signs.PayloadLength;

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _signs.Residuals;

    public string Decision { get; private set; } = "";

    public abstract MomentStage StageOf(long step);

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        if (StageOf(step.Step) == MomentStage.Gradient)
        {
            _dense.Aggregate(bucket, step, communicator);
            return;
        }

        if (Decision.Length == 0)
        {
            Decision = FormattableString.Invariant($"from step {step.Step + 1} on Adam's first moment is exchanged, by sign");
        }

        _signs.Aggregate(bucket, step, communicator);
    }

    public void Save(IStateWriter writer) => _signs.Save(writer);

    public void Load(IStateReader reader) => _signs.Load(reader);

    private sealed class Signs(ComponentContext context)
        : ShardedExchange(new CompressorFactory(static shards => new ScaledSignCompressor(shards)), new ErrorFeedback(context), context, compressSums: true);
}
