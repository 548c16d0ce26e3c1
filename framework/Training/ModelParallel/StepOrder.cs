using System.Collections.Immutable;

namespace Compression.Training.ModelParallel;

/// <summary>The actions of a step.</summary>
/// <param name="OfStage">Of each stage, in its order.</param>
/// <param name="Together">Of all stages in an order in which one process can do them.</param>
public sealed record StepOrder(ImmutableArray<ImmutableArray<StageAction>> OfStage, ImmutableArray<StageSimulation.Event> Together)
{
    /// <summary>Makes them.</summary>
    public static StepOrder Of(StageSchedule schedule, int stages, int units)
    {
        ImmutableArray<ImmutableArray<StageAction>> actions = [.. Enumerable.Range(0, stages).Select(
            stage => StageOrder.Of(schedule, stage, stages, units))];
        return new StepOrder(actions, StageSimulation.Play(actions, static (_, action) => action.IsForward ? 1 : 2));
    }
}
