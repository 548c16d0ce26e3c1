using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Parameters;
using Compression.Training.Sessions;

namespace Compression.Training.Ptb;

/// <summary>The PTB LSTM as a task: its model on a corpus, evaluated after every epoch.</summary>
internal sealed class PtbTask : ITrainingTask
{
    private readonly PtbOptions _options;
    private readonly Corpus _corpus;
    private readonly TrainingContext _context;
    private readonly PtbLearner _model;
    private PtbSchedule _schedule;

    public PtbTask(PtbOptions options, Corpus corpus, TrainingContext context, PtbLearner model)
    {
        _options = options;
        _corpus = corpus;
        _context = context;
        _model = model;
        _schedule = new PtbSchedule(options);
        if (options.InitWeights.Length > 0 && options.Resume.Length == 0)
        {
            string shown = $"--init_weights {options.InitWeights}";
            using var file = WeightsFile.Open(options.InitWeights, shown, ExitCode.Usage);
            _model.Storage.Read(file, shown, ExitCode.Usage);
        }
    }

    public string ModelName => $"ptb-{_options.Model}";

    public ITrainableModel Model => _model;

    public int Epochs => _options.Epochs;

    public long TotalSteps => _options.MaxSteps > 0
        ? Math.Min(_options.MaxSteps, (long)_options.Epochs * _model.StepsPerEpoch)
        : (long)_options.Epochs * _model.StepsPerEpoch;

    public double LearningRate => _schedule.Rate;

    public string LearningRateOption => "--init_lr";

    public double? BestValidLoss => _schedule.BestValidLoss;

    public IEnumerable<KeyValuePair<string, string>> Identity =>
    [
        KeyValuePair.Create("corpus", string.Join(' ', _corpus.Files.Select(file => file.Sha256[..16]))),
    ];

    public string VocabularyFingerprint => _corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Position == 0;

    public void Evaluated(TrainingProgress progress, double validLoss) => _schedule.EndEpoch(progress.Epoch, validLoss);

    public (double Nats, long Targets) Evaluate(string split) =>
        _model.Evaluate(PtbTrainer.SplitBatches(_options, _corpus, split, _context.Communicator.Rank, _context.Communicator.WorldSize));

    public void Resume(TrainingState state) => _schedule = new PtbSchedule(_options, state.LearningRate, state.BestValidLoss);

    public void Complete(int rank)
    {
        if (_options.SaveWeights.Length > 0 && rank == 0)
        {
            WeightsFile.Write(
                _options.SaveWeights, "--save_weights",
                path => SafetensorsWriter.Save(path, _model.Storage.Entries(), _model.Storage.Write, VocabularyMark.Metadata(VocabularyFingerprint)));
        }
    }

    public void Dispose() => _model.Dispose();
}
