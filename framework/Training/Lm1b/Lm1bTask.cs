using Compression.Core.Reporting;
using Compression.Torch.Devices;
using Compression.Training.Checkpoints;
using Compression.Training.Data.Lm1b;
using Compression.Training.Sessions;

namespace Compression.Training.Lm1b;

/// <summary>LM-1B as a task: a constant rate, the held-out shard evaluated at shares of an epoch.</summary>
internal sealed class Lm1bTask(Lm1bOptions options, Lm1bCorpus corpus, ILm1bLearner model, TrainingContext context) : ITrainingTask
{
    private readonly Lm1bHyperparameters _hyper = options.Hyper();

    public string ModelName => "lm1b-lstm";

    public ITrainableModel Model => model;

    public int Epochs => (int)Math.Min(int.MaxValue, ((TotalSteps - 1) / model.StepsPerEpoch) + 1);

    public long TotalSteps => options.MaxSteps;

    public double LearningRate => _hyper.LearningRate;

    public string LearningRateOption => "learning_rate in --hpconfig";

    public double? BestValidLoss => null;

    public string TrackedSplit => "test";

    public IReadOnlyList<string> FinalSplits => options.EvalNPerEpoch > 0 ? [TrackedSplit] : [];

    public IEnumerable<KeyValuePair<string, string>> Identity =>
    [
        KeyValuePair.Create("vocabulary", corpus.Vocabulary.Sha256[..16]),
    ];

    public string VocabularyFingerprint => corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => options.Sync && IsShareOfEpoch(progress, options.EvalNPerEpoch);

    public bool CheckpointsAt(TrainingProgress progress) => IsShareOfEpoch(progress, options.SaveNCkptsPerEpoch);

    public void Evaluated(TrainingProgress progress, double validLoss)
    {
    }

    public (double Nats, long Targets) Evaluate(string split)
    {
        using var batches = SentenceBatches.Once(
            corpus.Vocabulary, corpus.Heldout.Files, _hyper.BatchSize, _hyper.NumSteps);
        return model.Evaluate(batches, options.EvalSteps);
    }

    public IReadOnlyList<KeyValuePair<string, double>> CurvesOf(MetricsRecord row)
    {
        using var norm = model.Storage.FlatParameters.norm();
        return [new("model/loss", row.TrainLoss), new("model/lstm_grad_norm", row.GradNorm), new("model/lstm_weight_norm", DeviceTransfer.Read(norm))];
    }

    public RunSummary Amend(RunSummary summary)
    {
        // A worker's bytes by kind; what is not for rows is for the dense weights.
        var kinds = model.Traffic.SelectMany(traffic => traffic.Bytes).GroupBy(pair => pair.Key, pair => pair.Value)
            .ToDictionary(kind => kind.Key, kind => kind.Sum() / Math.Max(1.0, model.StepsHere * model.Traffic.Count), StringComparer.Ordinal);
        return model.Amend(summary with { SentByKind = kinds });
    }

    public void Resume(TrainingState state)
    {
    }

    public void Complete(int rank) => context.Logger.Message(FormattableString.Invariant($"tables: {model.Tables.All.Sum(table => table.HeldBytes) / 1e6:N0} MB held by rank 0"));

    public void Dispose() => model.Dispose();

    // Where the share n of an epoch's steps ends, rounded to whole steps.
    private static bool IsShareOfEpoch(TrainingProgress progress, int shares)
    {
        if (shares <= 0)
        {
            return false;
        }

        long Share(long step) => step * shares / progress.StepsPerEpoch;
        return Share(progress.Step) > Share(progress.Step - 1);
    }
}
