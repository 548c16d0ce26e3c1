using Compression.Core.Communication;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Reporting;

namespace Compression.Training.Sessions;

/// <summary>Turns counters into rows, progress and the summary.</summary>
internal sealed class TrainingReporter
{
    private readonly TrainerOptions _options;
    private readonly TrainingContext _context;
    private readonly ITrainingTask _task;
    private readonly TrainingCounters _counters;
    private readonly WorkerGroup _group;
    private readonly ThreadTeam _team;
    private readonly int _parameters;
    private RunningMean _interval;
    private PhaseSeconds _secondsAtRow;
    private double _trainingSecondsAtRow;
    private long _tokensAtRow;
    private Totals _totals;

    public TrainingReporter(TrainerOptions options, TrainingContext context, ITrainingTask task, TrainingCounters counters, WorkerGroup group, ThreadTeam team)
    {
        _options = options;
        _context = context;
        _counters = counters;
        _group = group;
        _team = team;
        _task = task;
        _parameters = task.Model.Whole.Layout.Length;
        _secondsAtRow = counters.Seconds;
        _trainingSecondsAtRow = counters.TrainingSeconds;
        _tokensAtRow = counters.Tokens;
        _totals = new Totals(counters.WireBytes, counters.NominalBits, counters.FloorBits, counters.EpochLoss);
    }

    // A model that is spread over ranks lets each of them exchange its share.
    private double DenseBytesPerStep => MeteredCommunicator.AllReduceBytes((double)sizeof(float) * _parameters / _context.RanksOfModel, _group.Total);

    private int Workers => _group.Total * _context.RanksOfModel;

    /// <summary>
    /// Counts a step; writes a row when the interval is full, with the gradient and the residual of the first worker here. A step that was
    /// skipped has no losses; the loss of a row is the mean over the other steps, NaN where there are none.
    /// </summary>
    public void Step(TrainingProgress progress, ReadOnlySpan<double> losses, double learningRate, double gradNorm, GradientBucket average, IEnumerable<ReadOnlyMemory<float>> residuals)
    {
        foreach (double loss in losses)
        {
            _interval = _interval.Add(loss);
        }

        double trainingSeconds = _counters.TrainingSeconds;
        double rate = (_counters.Tokens - _tokensAtRow) / Math.Max(1e-9, trainingSeconds - _trainingSecondsAtRow);
        int epoch = Math.Min(_task.Epochs, progress.Epoch + (progress.Position > 0 ? 1 : 0));
        _context.Logger.Progress(new ProgressRecord(
            epoch, _task.Epochs, progress.Step, progress.TotalSteps, _interval.Sum / _interval.Count, rate, WireCompressionRatioHere()));
        if (progress.Step % _options.LogInterval != 0 && progress.Step != progress.TotalSteps)
        {
            return;
        }

        double meanLoss = MeanOverWorkers(_interval) ?? double.NaN;
        AddUp();
        var seconds = _counters.Seconds;
        var row = new MetricsRecord
        {
            Step = progress.Step,
            Epoch = progress.EpochsDone,
            Tokens = _counters.Tokens,
            TrainLoss = meanLoss,
            LearningRate = learningRate,
            WordsPerSecond = rate,
            GradNorm = gradNorm,
            ResidualNorm = Math.Sqrt(residuals.Sum(part => SumOfSquares.Invoke(_team, part.Span))),
            WireBytesTotal = _totals.WireBytes,
            SecondsTotal = _counters.SecondsTotal,
            Seconds = seconds.Since(_secondsAtRow),
        };
        _context.Logger.LogMetrics(row);
        Draw(row.Tokens, _task.CurvesOf(row));
        if (_context.Logger.TakesDistributions)
        {
            foreach (var slot in average.Layout.Slots)
            {
                _context.Logger.LogDistribution($"gradient/{slot.Name}", progress.Step, [average.Memory.Slice(slot.Offset, slot.Length)]);
            }

            _context.Logger.LogDistribution("held_back", progress.Step, residuals);
        }

        (_interval, _secondsAtRow, _trainingSecondsAtRow, _tokensAtRow) = (default, seconds, trainingSeconds, _counters.Tokens);
    }

    /// <summary>Mean of a loss over the workers of all ranks, null where they have none; a collective.</summary>
    public double? MeanOverWorkers(RunningMean loss)
    {
        Span<double> sums = [loss.Sum, loss.Count];
        _context.Communicator.AllReduce(sums);
        return sums[1] > 0 ? sums[0] / sums[1] : null;
    }

    /// <summary>Adds up the bytes of all ranks, whose payloads differ in length, and their losses; a collective. Rows and summaries show the last sums.</summary>
    public void AddUp()
    {
        Span<double> sums = [_counters.WireBytes, _counters.NominalBits, _counters.FloorBits, _counters.EpochLoss.Sum, _counters.EpochLoss.Count];
        _context.Communicator.AllReduce(sums);
        _totals = new Totals((long)sums[0], sums[1], sums[2], new RunningMean(sums[3], (long)sums[4]));
    }

    /// <summary>Logs a row of evaluations, and the curves that the task draws of it.</summary>
    public void Log(EvaluationRecord row)
    {
        _context.Logger.LogEvaluation(row);
        Draw(row.Tokens, _task.CurvesOf(row));
    }

    /// <summary>A row of evaluations.</summary>
    public EvaluationRecord Evaluation(TrainingProgress progress, string split, double loss) => new()
    {
        Step = progress.Step,
        Epoch = progress.EpochsDone,
        Tokens = _counters.Tokens,
        Split = split,
        Loss = loss,
        WireBytesTotal = _totals.WireBytes,
        SecondsTotal = _counters.SecondsTotal,
    };

    /// <summary>The summary of the run so far.</summary>
    public RunSummary Summary(TrainingProgress progress, string status, string? reason, double? validLoss, double? testLoss, string sha256)
    {
        var seconds = _counters.Seconds;
        double workerSteps = Math.Max(1, progress.Step) * (double)Workers;
        double? epochLoss = _totals.EpochLoss.Count > 0 ? _totals.EpochLoss.Sum / _totals.EpochLoss.Count : _counters.LastEpochLoss;
        return new RunSummary
        {
            Status = status,
            Reason = reason,
            Notes = _context.Notes is { Count: > 0 } notes ? notes : null,
            Model = _task.ModelName,
            Compressor = _context.Plan.Compressor,
            Memory = _context.Plan.Memory,
            Exchange = _context.Plan.Exchange,
            NumWorkers = Workers,
            Parameters = _parameters,
            Steps = progress.Step,
            SkippedSteps = _counters.SkippedSteps,
            Epochs = progress.EpochsDone,
            Tokens = _counters.Tokens,
            TrainLoss = epochLoss,
            ValidPerplexity = validLoss is { } valid ? Math.Exp(valid) : null,
            TestPerplexity = testLoss is { } test ? Math.Exp(test) : null,
            WordsPerSecond = _counters.Tokens / Math.Max(1e-9, _counters.TrainingSeconds),
            PeakMemoryBytes = PeakMemory.Read(),
            FinalParametersSha256 = sha256,
            Bytes = new ByteSummary(
                _totals.WireBytes / workerSteps,
                _totals.WireBytes,
                _totals.NominalBits / 8 / workerSteps,
                _totals.FloorBits / 8 / workerSteps,
                DenseBytesPerStep,
                DenseBytesPerStep / 2,
                _totals.WireBytes == 0 ? 0 : DenseBytesPerStep * workerSteps / _totals.WireBytes)
            {
                Projected = _group.Total == 1,
            },
            Seconds = new SecondsSummary(
                _counters.SecondsTotal, seconds.ForwardBackward, seconds.Compress, seconds.Communicate, seconds.Decompress, seconds.Update,
                seconds.Evaluate, seconds.Checkpoint)
            {
                Hidden = seconds.Hidden,
                Copy = seconds.Copy,
            },
        };
    }

    private void Draw(long tokens, IReadOnlyList<KeyValuePair<string, double>> curves)
    {
        if (curves.Count > 0)
        {
            _context.Logger.LogCurves(ITrainingTask.Tokens, tokens, curves);
        }
    }

    // Of this process's workers since it started.
    private double WireCompressionRatioHere() => _counters.Meter.WireBytes == 0
        ? 0
        : MeteredCommunicator.AllReduceBytes((double)sizeof(float) * _parameters / _context.RanksOfModel, _group.Total) * _counters.StepsHere * _group.Count
            / _counters.Meter.WireBytes;

    private readonly record struct Totals(long WireBytes, double NominalBits, double FloorBits, RunningMean EpochLoss);
}
