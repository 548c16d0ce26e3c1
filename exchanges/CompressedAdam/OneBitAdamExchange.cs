using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>
/// 1-bit Adam (Tang et al. 2021, 2102.02888, Algorithm 1): Adam with dense gradients for some steps, until its second moment hardly changes; from
/// then on that is held, and workers exchange their first moments by sign.
/// </summary>
/// <param name="options">The length of the dense stage.</param>
/// <param name="context">Parameters, threads, rank and number of workers.</param>
[Algorithm(
    "onebitadam", AlgorithmRole.Exchange, "1-bit Adam, Tang et al. 2021: dense gradients, then Adam's first moment by sign",
    Carries = PayloadForm.Floats, CompressesAlike = true, Traits = AlgorithmTraits.SharesMoments, WithoutMemory = "it keeps the errors of both ways by itself",
    DiffersFromPaper = "one scale for each parameter and shard, its mean magnitude, where the published code has one for all, the root mean square; moments stay corrected for their start; entries whose second moment is 0 do not move")]
public sealed class OneBitAdamExchange(OneBitAdamOptions options, ComponentContext context) : CompressedAdamExchange(context)
{
    public override MomentStage StageOf(long step) => step < options.FreezeStep ? MomentStage.Gradient : MomentStage.FirstMoment;
}
