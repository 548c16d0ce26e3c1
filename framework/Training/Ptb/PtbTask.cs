using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Parameters;
using Compression.Training.Sessions;

namespace Compression.Training.Ptb;

/// <summary>The PTB LSTM as a task: its model on a corpus, evaluated after every epoch.</summary>
internal sealed class PtbTask(PtbOptions options, Corpus corpus, TrainingContext context, PtbLearner model) : ITrainingTask
{
    private PtbSchedule _schedule = new(options);

    public string ModelName => $"ptb-{options.Model}";

    public ITrainableModel Model => model;

    public int Epochs => options.Epochs;

    public long TotalSteps => ITrainingTask.StepsOf(options.Epochs, model.StepsPerEpoch, options.MaxSteps);

    public double LearningRate => _schedule.Rate;

    public string LearningRateOption => "--init_lr";

    public double? BestValidLoss => _schedule.BestValidLoss;

    public IEnumerable<KeyValuePair<string, string>> Identity => corpus.Identity;

    public string VocabularyFingerprint => corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Position == 0;

    public void Evaluated(TrainingProgress progress, double validLoss) => _schedule.EndEpoch(progress.Epoch, validLoss);

    public (double Nats, long Targets) Evaluate(string split) =>
        model.Evaluate(PtbTrainer.SplitBatches(options, corpus, split, context.Communicator.Rank, context.Communicator.WorldSize));

    public void Resume(TrainingState state) => _schedule = new PtbSchedule(options, state.LearningRate, state.BestValidLoss);

    public void Complete(int rank)
    {
        if (options.SaveWeights.Length > 0 && rank == 0)
        {
            WeightsFile.Write(
                options.SaveWeights, "--save_weights",
                path => SafetensorsWriter.Save(path, model.Storage.Entries(), model.Storage.Write, VocabularyMark.Metadata(VocabularyFingerprint)));
        }
    }

    public void Dispose() => model.Dispose();
}
