using System.Numerics;
using Compression.Core.Catalog;
using Compression.Core.Contracts;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>
/// 0/1 Adam (Lu et al. 2022, 2202.06009, Algorithm 1): dense gradients refresh the second moment at growing intervals, k_{j+1} − k_j = 2^⌊j/κ⌋, and in all
/// other steps first moments are exchanged by sign; after the last refresh only every h steps, with h doubling up to a limit.
/// </summary>
/// <param name="options">When the second moment is refreshed, and when workers meet.</param>
/// <param name="context">Parameters, threads, rank and number of workers.</param>
[Algorithm(
    "zerooneadam", AlgorithmRole.Exchange, "0/1 Adam, Lu et al. 2022: rare dense gradients, first moments by sign, steps alone between",
    Carries = PayloadForm.Floats, CompressesAlike = true, Traits = AlgorithmTraits.SharesMoments, WithoutMemory = "it keeps the errors of both ways by itself",
    DiffersFromPaper = "in a step that refreshes the second moment the first follows the dense gradient too, as in the published code; what is sent is the mean of the first moments weighted by rate, where the paper sends their sum; one scale for each parameter and shard; moments stay corrected for their start; entries whose second moment is 0 do not move")]
public sealed class ZeroOneAdamExchange(ZeroOneAdamOptions options, ComponentContext context) : CompressedAdamExchange(context)
{
    // The intervals are powers of two.
    private readonly int _longest = BitOperations.Log2((uint)options.LocalStepClipper);

    public override MomentStage StageOf(long step)
    {
        if (step < options.VarFreezeStep)
        {
            // The block of κ refreshes at 2ᵇ steps each begins after κ(2ᵇ − 1) steps.
            int block = BitOperations.Log2((ulong)(step / options.VarUpdateScaler) + 1);
            long inBlock = step + 1 - (options.VarUpdateScaler * ((1L << block) - 1));
            return IsMultiple(inBlock, block) ? MomentStage.Gradient : MomentStage.FirstMoment;
        }

        long since = step - options.VarFreezeStep;
        int length = (int)Math.Min(since / options.LocalStepScaler, _longest);
        return IsMultiple(since + 1 - ((long)length * options.LocalStepScaler), length) ? MomentStage.FirstMoment : MomentStage.Alone;
    }

    private static bool IsMultiple(long value, int powerOfTwo) => (value & ((1L << powerOfTwo) - 1)) == 0;
}
