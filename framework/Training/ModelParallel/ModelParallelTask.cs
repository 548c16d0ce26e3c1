using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Sessions;

namespace Compression.Training.ModelParallel;

/// <summary>The model-parallel LSTM as a task: evaluated after every round, with the rule by which the original lowers its rate.</summary>
internal sealed class ModelParallelTask(
    ModelParallelOptions options, Corpus corpus, TrainingContext context, ModelParallelWorld world, StagePlacement placement, ModelParallelLearner model) : ITrainingTask
{
    private ModelParallelSchedule _schedule = new(options.Lr);

    public string ModelName => "model-parallel-lstm";

    public ITrainableModel Model => model;

    public int Epochs => options.NumRound;

    public long TotalSteps => ITrainingTask.StepsOf(options.NumRound, model.StepsPerEpoch, options.MaxSteps);

    public double LearningRate => _schedule.Rate;

    public string LearningRateOption => "--lr";

    public double? BestValidLoss => _schedule.BestLoss;

    public string? Placement => placement.Stages == 1 ? null : placement.ToString();

    public bool AllowsOtherRanks => true;

    public IEnumerable<KeyValuePair<string, string>> Identity => corpus.Identity;

    public string VocabularyFingerprint => corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Position == 0;

    public void Evaluated(TrainingProgress progress, double validLoss) => _schedule.EndRound(validLoss);

    public (double Nats, long Targets) Evaluate(string split)
    {
        var text = new SentenceText(split == "valid" ? corpus.Valid : corpus.Test, corpus.Vocabulary, options.SentenceEnd);
        text = options.EvalSentences > 0 ? text.First(options.EvalSentences) : text;
        return model.Evaluate(new BucketPlan(Buckets(text, options, keepAll: true), options.EvalBatchSize, replicas: 1).InOrder());
    }

    public void Resume(TrainingState state) => _schedule = new ModelParallelSchedule(state.LearningRate, state.BestValidLoss);

    public void Complete(int rank)
    {
        var report = ModelParallelReport.Gather(options, world, placement, model);
        if (report is null)
        {
            return;
        }

        report.Write(context.RunFolder);
        foreach (string line in report.Lines())
        {
            context.Logger.Message(line);
        }
    }

    public void Dispose()
    {
        model.Dispose();
        world.Dispose();
    }

    /// <summary>The sentences of a text in the run's buckets.</summary>
    internal static SentenceBuckets Buckets(SentenceText text, ModelParallelOptions options, bool keepAll) =>
        SentenceBuckets.Of(text, SentenceBuckets.ParseLengths(options.Buckets, options.SeqLen), keepAll);
}
