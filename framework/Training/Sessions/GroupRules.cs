using Compression.Core.Composition;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>What goes with an exchange in groups, with overlap, and with the skipping of steps.</summary>
public static class GroupRules
{
    /// <summary>Refuses what contradicts itself.</summary>
    /// <param name="options">Of the trainer.</param>
    /// <param name="plan">What is composed.</param>
    /// <param name="clipsLocally">The gradient is clipped by its own norm before it is exchanged.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void Require(TrainerOptions options, CompressionPlan plan, bool clipsLocally)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(plan);
        RefusedOptions.Require(options);
        string groups = options.Overlap ? "--overlap true" : $"--bucket_bytes {options.BucketBytes}";
        Refuse(
            options.GroupBytes > 0 && plan.Traits.NeedsWholeBucket, groups,
            "compressor or memory look at all parameters at once; use scope=slot and a memory without clipping, or exchange all at once.");
        Refuse(
            options.GroupBytes > 0 && options.VirtualWorkers > 0, groups,
            "virtual workers share one bucket and compute in turn, so that after a first group the others would be a peer's; use --num_workers.");
        Refuse(
            options.OnNonfinite == NonFiniteAction.Skip && options.Overlap, "--on_nonfinite skip",
            "memories must not have taken up a gradient before all workers agree to skip it: use --overlap false.");
        Refuse(
            options.OnNonfinite == NonFiniteAction.Skip && options.VirtualWorkers > 0, "--on_nonfinite skip",
            "memories must not have taken up a gradient before all workers agree to skip it: use --num_workers in place of --virtual_workers.");
        Refuse(
            options.Overlap && clipsLocally, "--overlap true",
            "a worker's norm is known only after its backward pass, so --clip needs --clip_scope aggregated, or --clip 0.");
        Refuse(
            options.Overlap && plan.Traits.MicroBatches > 0, "--overlap true",
            "this compressor needs all micro-batches of a step before it can choose; use --overlap false.");
        Refuse(options.Overlap && options.UseGpu, "--overlap true", "it works on the CPU so far; use --use_gpu false.");
    }

    private static void Refuse(bool wrong, string option, string reason)
    {
        if (wrong)
        {
            throw new UserErrorException(ExitCode.Usage, $"{option}: {reason}");
        }
    }
}
