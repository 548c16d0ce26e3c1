using System.Collections.Immutable;

namespace Compression.Training.ModelParallel;

/// <summary>What each stage does in a step, one thing after another: a pure function of schedule, stage and number of units.</summary>
public static class StageOrder
{
    /// <summary>The actions of a training step.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="stage">Of the stage asked about, from 0.</param>
    /// <param name="stages">S.</param>
    /// <param name="units">m.</param>
    public static ImmutableArray<StageAction> Of(StageSchedule schedule, int stage, int stages, int units)
    {
        // Forward passes ahead of the first backward pass.
        int ahead = schedule == StageSchedule.OneForwardOneBackward ? Math.Min(units, stages - stage) : units;
        var actions = ImmutableArray.CreateBuilder<StageAction>(2 * units);
        for (int unit = 0; unit < ahead; unit++)
        {
            actions.Add(new StageAction(true, unit));
        }

        for (int done = 0; done < units; done++)
        {
            // Gradients flow back through time. Micro-batches are added up in one order under every schedule.
            actions.Add(new StageAction(false, schedule == StageSchedule.Wavefront ? units - 1 - done : done));
            if (ahead + done < units)
            {
                actions.Add(new StageAction(true, ahead + done));
            }
        }

        return actions.ToImmutable();
    }
}
