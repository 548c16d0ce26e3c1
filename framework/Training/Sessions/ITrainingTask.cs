using Compression.Core.Reporting;
using Compression.Training.Checkpoints;

namespace Compression.Training.Sessions;

/// <summary>What tells one trainer from another: a model, its schedule, what it is evaluated on. <see cref="TrainingSession"/> does the rest.</summary>
public interface ITrainingTask : IDisposable
{
    /// <summary>The name in summary.json.</summary>
    string ModelName { get; }

    /// <summary>The model with its text and optimizer.</summary>
    ITrainableModel Model { get; }

    /// <summary>Epochs planned.</summary>
    int Epochs { get; }

    /// <summary>Steps planned.</summary>
    long TotalSteps { get; }

    /// <summary>The steps of so many epochs, or fewer where an option ends the run before.</summary>
    /// <param name="epochs">Planned.</param>
    /// <param name="stepsPerEpoch">Of each.</param>
    /// <param name="most">0: no limit.</param>
    static long StepsOf(int epochs, int stepsPerEpoch, long most) =>
        most > 0 ? Math.Min(most, (long)epochs * stepsPerEpoch) : (long)epochs * stepsPerEpoch;

    /// <summary>The rate of the next step.</summary>
    double LearningRate { get; }

    /// <summary>The option that sets it, for messages.</summary>
    string LearningRateOption { get; }

    /// <summary>The options that set the rates of all steps, for messages.</summary>
    string ScheduleOptions => LearningRateOption;

    /// <summary>The lowest loss on valid so far, nats per token; null for none.</summary>
    double? BestValidLoss { get; }

    /// <summary>The split that is evaluated in the midst of training.</summary>
    string TrackedSplit => "valid";

    /// <summary>The splits that are evaluated at the end.</summary>
    IReadOnlyList<string> FinalSplits => ["valid", "test"];

    /// <summary>Whether a checkpoint is due by a rule of the task's own; asked after every step.</summary>
    bool CheckpointsAt(TrainingProgress progress) => false;

    /// <summary>Adds what only this trainer knows to the summary. Called on all ranks; after a failure, not all may be there.</summary>
    RunSummary Amend(RunSummary summary) => summary;

    /// <summary>Whether the tracked split is evaluated where the run stands now; asked after every step.</summary>
    bool EvaluatesAt(TrainingProgress progress);

    /// <summary>Called after each evaluation of the tracked split in the midst of training: sets the rate of the steps to come.</summary>
    void Evaluated(TrainingProgress progress, double validLoss);

    /// <summary>Sum of nats over this rank's part of a split, and the number of its targets, dropout off.</summary>
    /// <param name="split"><c>valid</c> or <c>test</c>.</param>
    (double Nats, long Targets) Evaluate(string split);

    /// <summary>The axis of <see cref="CurvesOf(MetricsRecord)"/>, on which tokens count.</summary>
    const string Tokens = "tokens";

    /// <summary>Curves over tokens that such models are compared by, beside the columns of all trainers; at a row of metrics.</summary>
    IReadOnlyList<KeyValuePair<string, double>> CurvesOf(MetricsRecord row) => [];

    /// <summary>The same at a row of evaluations.</summary>
    IReadOnlyList<KeyValuePair<string, double>> CurvesOf(EvaluationRecord row) => [];

    /// <summary>Fingerprint of the vocabulary that the weights belong to; goes into every file of them.</summary>
    string VocabularyFingerprint { get; }

    /// <summary>Data, and what else no option says, that must be the same for a resumed run to end with the same bits.</summary>
    IEnumerable<KeyValuePair<string, string>> Identity { get; }

    /// <summary>The stage of each layer, of a model that is spread over ranks; kept in checkpoints.</summary>
    string? Placement => null;

    /// <summary>Whether a checkpoint without state of its ranks may be gone on from with another number of them.</summary>
    bool AllowsOtherRanks => false;

    /// <summary>Goes on from a checkpoint: takes over the schedule's state.</summary>
    void Resume(TrainingState state);

    /// <summary>Training is done: leaves behind what the options ask for. Called on all ranks.</summary>
    void Complete(int rank);
}
