using Compression.Core.Catalog;
using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Exchanges.AllReduce;

namespace Compression.Training.Tests.CompressedAdam;

/// <summary>Exchanges what it is told to without any loss, so that what comes of it can be computed in double precision.</summary>
[Algorithm("exactmoments", AlgorithmRole.Exchange, "moments without loss", Carries = PayloadForm.Floats, Traits = AlgorithmTraits.SharesMoments | AlgorithmTraits.StepsAlone)]
public sealed class ExactMoments(ExactMomentsOptions options, ComponentContext context) : IMomentAggregator
{
    private readonly AllReduceExchange _mean = new(new AllReduceOptions(), context);

    public MomentStage StageOf(long step) => options.Stages[(int)step] switch
    {
        'g' => MomentStage.Gradient,
        'm' => MomentStage.FirstMoment,
        _ => MomentStage.Alone,
    };

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator) => _mean.Aggregate(bucket, step, communicator);
}

/// <summary>Options of <see cref="ExactMoments"/>.</summary>
public sealed record ExactMomentsOptions
{
    /// <summary>A letter a step: g, m or a.</summary>
    [Option("stages", "a letter a step: g gradients, m first moments, a alone")]
    public string Stages { get; init; } = "";
}
