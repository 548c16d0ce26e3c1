using System.Diagnostics.CodeAnalysis;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Training.Optimizers;

namespace Compression.Training.Sessions;

/// <summary>What no single option's range shows, and holds for every trainer.</summary>
public static class TrainerRules
{
    /// <summary>Refuses what does not go with an exchange in groups, with overlap, with the skipping of steps, or with an update.</summary>
    /// <param name="options">Of the trainer.</param>
    /// <param name="plan">What is composed.</param>
    /// <param name="clip">How gradients are clipped.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireExchange(TrainerOptions options, CompressionPlan plan, ClipRule clip)
    {
        RefusedOptions.Require(options);
        string groups = options.Overlap ? "--overlap true" : $"--bucket_bytes {options.BucketBytes}";
        bool skips = options.OnNonfinite == NonFiniteAction.Skip;
        Refuse(
            options.GroupBytes > 0 && plan.Traits.NeedsWholeBucket, groups,
            "compressor or memory look at all parameters at once; use scope=slot and a memory without clipping, or exchange all at once.");
        Refuse(
            options.GroupBytes > 0 && options.VirtualWorkers > 0, groups,
            "virtual workers share one bucket and compute in turn, so that after a first group the others would be a peer's; use --num_workers.");
        Refuse(
            skips && options.Overlap, "--on_nonfinite skip",
            "memories must not have taken up a gradient before all workers agree to skip it: use --overlap false.");
        Refuse(
            skips && options.VirtualWorkers > 0, "--on_nonfinite skip",
            "memories must not have taken up a gradient before all workers agree to skip it: use --num_workers in place of --virtual_workers.");
        RequireLocalSteps(options, plan);
        RequireMoments(options, plan, clip);
        RequireUpdate(options, clip);
        Refuse(
            options.Overlap && clip.IsLocal, "--overlap true",
            "a worker's norm is known only after its backward pass, so --clip needs --clip_scope aggregated, or --clip 0.");
        Refuse(
            options.Overlap && plan.Traits.MicroBatches > 0, "--overlap true",
            "this compressor needs all micro-batches of a step before it can choose; use --overlap false.");
    }

    // What needs the gradient of each step finds none.
    private static void RequireLocalSteps(TrainerOptions options, CompressionPlan plan)
    {
        if (!options.HasLocalWeights)
        {
            return;
        }

        const string Option = "--local_steps, --outer_lr or --outer_momentum";
        Refuse(options.Overlap, "--overlap true", $"with {Option} nothing is exchanged during a backward pass; use --overlap false.");
        Refuse(options.OnNonfinite == NonFiniteAction.Skip, "--on_nonfinite skip", $"with {Option} they have left the shared weights before they agree to skip; use --on_nonfinite abort.");
        Refuse(plan.Traits.MicroBatches > 0, $"--compressor {options.Compressor}", $"it needs the gradients of micro-batches, and with {Option} no gradient is sent; use another compressor.");
    }

    // Adam's moments are told in the place of gradients.
    private static void RequireMoments(TrainerOptions options, CompressionPlan plan, ClipRule clip)
    {
        if (!plan.SharesMoments)
        {
            return;
        }

        string option = $"--exchange {options.Exchange}";
        Refuse(!options.UsesAdam, option, "it exchanges Adam's moments, which this run's optimizer does not have; train and transformer-xl have them with --optim adam or adamw.");
        Refuse(options.HasLocalWeights, option, "it says itself when workers meet, and moves the shared weights; use it without --local_steps, --outer_lr and --outer_momentum.");
        Refuse(options.GroupBytes > 0, option, "it exchanges all moments of a step at once; use --overlap false and --bucket_bytes 0.");
        Refuse(clip.MaxNorm > 0 && !clip.IsLocal, option, "where moments are exchanged there is no mean gradient to clip; use --clip_scope local or --clip 0.");
        Refuse(
            plan.StepsAlone && options.OnNonfinite == NonFiniteAction.Skip, "--on_nonfinite skip",
            $"with {option} they have left the shared weights before they agree to skip; use --on_nonfinite abort.");
    }

    // A sign has no magnitude that anything could come of.
    private static void RequireUpdate(TrainerOptions options, ClipRule clip)
    {
        if (options.Update == UpdateRule.Mean)
        {
            return;
        }

        const string Option = "--update sign";
        Refuse(!options.UsesPlainSgd, Option, "the step is the sign of the mean gradient times the rate, which only SGD without momentum takes; use it, or --update mean.");
        Refuse(options.HasLocalWeights, Option, "workers step by their own gradients between exchanges, and there is no mean gradient; use --local_steps 1 without an outer optimizer, or --update mean.");
        Refuse(clip.MaxNorm > 0 && !clip.IsLocal, Option, "the sign of the mean gradient does not depend on its norm; use --clip_scope local or --clip 0.");
    }

    /// <summary>Refuses a compressor that wants more micro-batches than a batch has sequences.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireMicroBatches(CompressionPlan plan, int batchSize)
    {
        int parts = plan.Traits.MicroBatches;
        Require(
            parts <= batchSize,
            $"The compressor splits a batch into {parts} {Plural.Of(parts, "part")}, and --batch_size is {batchSize}; the most parts that work are {batchSize}.");
    }

    /// <summary>Refuses an option, with the reason and the cure.</summary>
    internal static void Refuse(bool wrong, string option, string reason) => Require(!wrong, $"{option}: {reason}");

    /// <summary>Refuses what does not hold.</summary>
    internal static void Require([DoesNotReturnIf(false)] bool holds, string message)
    {
        if (!holds)
        {
            throw new UserErrorException(ExitCode.Usage, message);
        }
    }
}
