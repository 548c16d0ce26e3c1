using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.ModelParallel.Buckets;
using Compression.Training.Parameters;
using Compression.Training.Sessions;

namespace Compression.Training.ModelParallel;

/// <summary>The model-parallel LSTM as a task: evaluated after every round, with the rule by which the original lowers its rate.</summary>
internal sealed class ModelParallelTask : ITrainingTask
{
    private readonly ModelParallelOptions _options;
    private readonly Corpus _corpus;
    private readonly TrainingContext _context;
    private readonly ModelParallelWorld _world;
    private readonly StagePlacement _placement;
    private readonly ModelParallelLearner _model;
    private ModelParallelSchedule _rate;

    public ModelParallelTask(
        ModelParallelOptions options, Corpus corpus, TrainingContext context, ModelParallelWorld world, StagePlacement placement, ModelParallelLearner model)
    {
        _options = options;
        _corpus = corpus;
        _context = context;
        _world = world;
        _placement = placement;
        _model = model;
        _rate = new ModelParallelSchedule(options.Lr);
    }

    public string ModelName => "model-parallel-lstm";

    public ITrainableModel Model => _model;

    public int Epochs => _options.NumRound;

    public long TotalSteps => _options.MaxSteps > 0
        ? Math.Min(_options.MaxSteps, (long)_options.NumRound * _model.StepsPerEpoch)
        : (long)_options.NumRound * _model.StepsPerEpoch;

    public double LearningRate => _rate.Rate;

    public string LearningRateOption => "--lr";

    public double? BestValidLoss => _rate.BestLoss;

    public string? Placement => _placement.Stages == 1 ? null : _placement.ToString();

    public bool AllowsOtherRanks => true;

    public IEnumerable<KeyValuePair<string, string>> Identity =>
    [
        KeyValuePair.Create("corpus", string.Join(' ', _corpus.Files.Select(file => file.Sha256[..16]))),
    ];

    public string VocabularyFingerprint => _corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Position == 0;

    public void Evaluated(TrainingProgress progress, double validLoss) => _rate.EndRound(validLoss);

    public (double Nats, long Targets) Evaluate(string split)
    {
        var text = new SentenceText(split == "valid" ? _corpus.Valid : _corpus.Test, _corpus.Vocabulary, _options.SentenceEnd);
        text = _options.EvalSentences > 0 ? text.First(_options.EvalSentences) : text;
        return _model.Evaluate(new BucketPlan(Buckets(text, _options, keepAll: true), _options.EvalBatchSize, replicas: 1).InOrder());
    }

    public void Resume(TrainingState state) => _rate = new ModelParallelSchedule(state.LearningRate, state.BestValidLoss);

    public void Complete(int rank)
    {
        var report = ModelParallelReport.Gather(_options, _world, _placement, _model);
        if (report is null)
        {
            return;
        }

        report.Write(_context.RunFolder);
        foreach (string line in report.Lines())
        {
            _context.Logger.Message(line);
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        _world.Dispose();
    }

    /// <summary>The sentences of a text in the run's buckets.</summary>
    internal static SentenceBuckets Buckets(SentenceText text, ModelParallelOptions options, bool keepAll) =>
        SentenceBuckets.Of(text, SentenceBuckets.ParseLengths(options.Buckets, options.SeqLen), keepAll);
}
