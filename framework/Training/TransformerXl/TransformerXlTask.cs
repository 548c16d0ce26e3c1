using Compression.Core.Reporting;
using Compression.Training.Checkpoints;
using Compression.Training.Data;
using Compression.Training.Sessions;
using Compression.Training.TransformerXl.Layers;

namespace Compression.Training.TransformerXl;

/// <summary>Transformer-XL as a task: its model on a text, evaluated every so many steps.</summary>
internal sealed class TransformerXlTask : ITrainingTask
{
    /// <summary>The weights of the lowest loss on valid, in the run's folder.</summary>
    public const string BestWeights = "best.safetensors";

    private readonly TransformerXlOptions _options;
    private readonly Corpus _corpus;
    private readonly TrainingContext _context;
    private readonly TransformerXlLearner _model;
    private readonly TransformerXlSchedule _schedule;
    private readonly TokenCurves _curves;

    public TransformerXlTask(TransformerXlOptions options, Corpus corpus, TrainingContext context, TransformerXlLearner model, TransformerXlSchedule schedule)
    {
        _options = options;
        _corpus = corpus;
        _context = context;
        _model = model;
        _schedule = schedule;
        _curves = new TokenCurves(options, model.Shape, Math.Max(context.Peers.WorldSize, options.VirtualWorkers));
        TotalSteps = options.MaxTokens > 0 ? StepsFor(options.MaxTokens) : options.MaxStep;
        if (options.InitWeights.Length > 0 && options.Resume.Length == 0)
        {
            string shown = $"--init_weights {options.InitWeights}";
            using var file = WeightsFile.Open(options.InitWeights, shown, ExitCode.Usage);
            new PublishedWeights(model.Shape).Read(file, model.Storage, shown, ExitCode.Usage);
        }
    }

    public string ModelName => "transformer-xl";

    public ITrainableModel Model => _model;

    public int Epochs => (int)Math.Min(int.MaxValue, ((TotalSteps - 1) / _model.StepsPerEpoch) + 1);

    public long TotalSteps { get; }

    public double LearningRate => _schedule.RateOf(_model.Updates + 1, _model.TokensAfter(_model.Updates + 1));

    public string LearningRateOption => "--lr";

    public string ScheduleOptions => _options.CountsTokens ? "--lr, --scheduler, --warmup_tokens or --max_tokens" : "--lr, --scheduler, --warmup_step or --max_step";

    public double? BestValidLoss => _schedule.BestValidLoss;

    public IEnumerable<KeyValuePair<string, string>> Identity => _corpus.Identity;

    public string VocabularyFingerprint => _corpus.Vocabulary.Fingerprint();

    public bool EvaluatesAt(TrainingProgress progress) => progress.Step % _options.EvalInterval == 0;

    public void Evaluated(TrainingProgress progress, double validLoss)
    {
        bool best = validLoss < (_schedule.BestValidLoss ?? double.PositiveInfinity);
        _schedule.Evaluated(validLoss);
        if (best && _options.WritesCheckpoints && _context.Communicator.Rank == 0)
        {
            Save(Path.Combine(_context.RunFolder, BestWeights), "best weights");
        }
    }

    public (double Nats, long Targets) Evaluate(string split) =>
        _model.Evaluate(TransformerXlTrainer.SplitSegments(_options, _corpus, split, _context.Communicator.Rank, _context.Communicator.WorldSize));

    public IReadOnlyList<KeyValuePair<string, double>> CurvesOf(MetricsRecord row) => _curves.Of(row);

    public IReadOnlyList<KeyValuePair<string, double>> CurvesOf(EvaluationRecord row) => TokenCurves.Of(row);

    public void Resume(TrainingState state)
    {
        _schedule.Resume(state.BestValidLoss);
        _curves.Resume(state.Step, (long)state.Counters.GetValueOrDefault("tokens"));
    }

    public void Complete(int rank)
    {
        if (_options.SaveWeights.Length > 0 && rank == 0)
        {
            Save(_options.SaveWeights, "--save_weights");
        }
    }

    public void Dispose() => _model.Dispose();

    private void Save(string path, string shownAs) =>
        WeightsFile.Write(path, shownAs, full => new PublishedWeights(_model.Shape).Save(full, _model.Storage, VocabularyMark.Metadata(VocabularyFingerprint)));

    // The fewest steps that reach so many tokens.
    private long StepsFor(double tokens)
    {
        long low = 0, high = (long)Math.Ceiling((tokens / _model.TokensPerEpoch) + 1) * _model.StepsPerEpoch;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            (low, high) = _model.TokensAfter(middle) >= tokens ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
