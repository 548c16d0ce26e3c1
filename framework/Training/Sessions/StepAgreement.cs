using Compression.Core.Communication;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>
/// All ranks learn in the same step that one has met a NaN, or that a signal has come: none is left waiting for the others. Ranks that meet rarely
/// agree when they do, so that no step between waits for the network.
/// </summary>
/// <param name="options">Say what becomes of a step that is not finite.</param>
/// <param name="context">The ranks, the signal and the log.</param>
/// <param name="task">Has a remedy, or names the option that helps.</param>
/// <param name="firstWorker">Number of this process's first worker.</param>
internal sealed class StepAgreement(TrainerOptions options, TrainingContext context, ITrainingTask task, int firstWorker)
{
    private const int MaxSkippedInARow = 20;

    private int _skippedInARow;
    private bool _finite = true;

    /// <summary>Agrees on one worker's step; a collective where the ranks meet.</summary>
    /// <param name="step">Counted from 1.</param>
    /// <param name="worker">Index of the worker within this process.</param>
    /// <param name="loss">Of its batch.</param>
    /// <param name="norm">Of its gradient.</param>
    /// <param name="meets">Whether the ranks exchange something after this step.</param>
    /// <returns>Whether to stop after it, and whether all leave it out.</returns>
    /// <exception cref="UserErrorException"><see cref="ExitCode.NonFinite"/>: something is not finite, and the options do not say to skip it, or too many steps in a row were.</exception>
    public (bool Stop, bool Skip) Reach(long step, int worker, double loss, double norm, bool meets)
    {
        bool finite = _finite && double.IsFinite(norm) && double.IsFinite(loss);
        if (!meets && context.Communicator.WorldSize > 1)
        {
            _finite = finite;
            return (false, false);
        }

        Span<double> flags = [finite ? 0 : 1 + firstWorker + worker, context.Stop.IsCancellationRequested ? 1 : 0];
        context.Communicator.AllReduce(flags, ReduceOperation.Max);
        if (flags[0] == 0)
        {
            _skippedInARow = 0;
            return (flags[1] > 0, false);
        }

        string what = $"Step {step}: loss or gradient of worker {flags[0] - 1} is not finite";
        if (task.Model.TryAvoidOverflow() is { } remedy)
        {
            context.Logger.Message($"{what}: {remedy}, and all workers skip it.");
            ResetAfter(loss, worker);
            return (flags[1] > 0, true);
        }

        if (options.OnNonfinite == NonFiniteAction.Abort || ++_skippedInARow > MaxSkippedInARow)
        {
            string before = _skippedInARow > 0 ? $", as in the {MaxSkippedInARow} steps before" : "";
            throw new UserErrorException(
                ExitCode.NonFinite, $"{what}{before}; lower {task.LearningRateOption} (now {task.LearningRate:G4}) or --clip.");
        }

        context.Logger.Warning($"{what}: all workers skip it.");
        ResetAfter(finite ? loss : double.NaN, worker);
        return (flags[1] > 0, true);
    }

    private void ResetAfter(double loss, int worker)
    {
        if (!double.IsFinite(loss))
        {
            task.Model.ResetState(worker);
        }
    }
}
