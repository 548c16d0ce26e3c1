using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Training.TransformerXl;

/// <summary>Transformer-XL as a task: its model on a text, evaluated every so many steps.</summary>
internal sealed class TransformerXlTask(
    TransformerXlOptions options, Corpus corpus, TrainingContext context, TransformerXlLearner model, TransformerXlSchedule schedule) : ITrainingTask
{
    /// <summary>The weights of the lowest loss on valid, in the run's folder.</summary>
    public const string BestWeights = "best.safetensors";

    private readonly TokenCurves _curves = new(options, model.Shape, Math.Max(context.Peers.WorldSize, options.VirtualWorkers));

    public string ModelName => "transformer-xl";

    public ITrainableModel Model => model;

    public int Epochs => (int)Math.Min(int.MaxValue, ((TotalSteps - 1) / model.StepsPerEpoch) + 1);

    public long TotalSteps { get; } = options.MaxTokens > 0 ? StepsFor(options.MaxTokens, model) : options.MaxStep;

    public double LearningRate => schedule.RateOf(model.Updates + 1, model.TokensAfter(model.Updates + 1));

    public string LearningRateOption => "--lr";

    public string ScheduleOptions => options.CountsTokens ? "--lr, --scheduler, --warmup_tokens or --max_tokens" : "--lr, --scheduler, --warmup_step or --max_step";

    public double? BestValidLoss => schedule.BestValidLoss;

    public IEnumerable<KeyValuePair<string, string>> Identity => corpus.Identity;

    public string VocabularyFingerprint => corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Step % options.EvalInterval == 0;

    public void Evaluated(TrainingProgress progress, double validLoss)
    {
        bool best = validLoss < (schedule.BestValidLoss ?? double.PositiveInfinity);
        schedule.Evaluated(validLoss);
        if (best && options.WritesCheckpoints && context.Communicator.Rank == 0)
        {
            Save(Path.Combine(context.RunFolder, BestWeights), "best weights");
        }
    }

    public (double Nats, long Targets) Evaluate(string split) =>
        model.Evaluate(TransformerXlTrainer.SplitSegments(options, corpus, split, context.Communicator.Rank, context.Communicator.WorldSize));

    public IReadOnlyList<KeyValuePair<string, double>> CurvesOf(MetricsRecord row) => _curves.Of(row);

    public IReadOnlyList<KeyValuePair<string, double>> CurvesOf(EvaluationRecord row) => TokenCurves.Of(row);

    public void Resume(TrainingState state)
    {
        schedule.Resume(state.BestValidLoss);
        _curves.Resume(state.Step, (long)state.Counters.GetValueOrDefault("tokens"));
    }

    public void Complete(int rank)
    {
        if (options.SaveWeights.Length > 0 && rank == 0)
        {
            Save(options.SaveWeights, "--save_weights");
        }
    }

    public void Dispose() => model.Dispose();

    private void Save(string path, string shownAs) =>
        WeightsFile.Write(path, shownAs, full => new PublishedWeights(model.Shape).Save(full, model.Storage, VocabularyMark.Metadata(VocabularyFingerprint)));

    // The fewest steps that reach so many tokens.
    private static long StepsFor(double tokens, TransformerXlLearner model)
    {
        long low = 0, high = (long)Math.Ceiling((tokens / model.TokensPerEpoch) + 1) * model.StepsPerEpoch;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = model.TokensAfter(middle) >= tokens ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
