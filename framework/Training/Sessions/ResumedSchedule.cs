using Compression.Core.Reporting;
using Compression.Training.Checkpoints;

namespace Compression.Training.Sessions;

/// <summary>The learning rate where a run goes on: a schedule that depends on the planned length jumps there if the plan has changed.</summary>
internal static class ResumedSchedule
{
    /// <summary>Warns where the next step's rate is another than the checkpoint's run would have had.</summary>
    /// <param name="task">With its schedule restored.</param>
    /// <param name="state">Of the checkpoint.</param>
    /// <param name="logger">Takes the warning.</param>
    public static void WarnOfJump(ITrainingTask task, TrainingState state, IRunLogger logger)
    {
        if (task.LearningRate is var rate && rate != state.LearningRate)
        {
            logger.Warning(FormattableString.Invariant(
                $"Step {state.Step + 1}: the learning rate is {rate:G4}, and was to be {state.LearningRate:G4} when the checkpoint was written: {task.ScheduleOptions} has changed since, and the rate jumps here, as in no run with one schedule."));
        }
    }
}
