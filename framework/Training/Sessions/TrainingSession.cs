using System.Collections.Immutable;
using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Reporting;
using Compression.Torch.Kernels;
using Compression.Training.Checkpoints;
using Compression.Training.Parameters;

namespace Compression.Training.Sessions;

/// <summary>One run of a trainer: the loop over epochs and steps, and what must survive a restart.</summary>
public sealed class TrainingSession : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly TrainingContext _context;
    private readonly ThreadTeam _team;
    private readonly ThreadTeam _modelTeam;
    private readonly IDisposable _threads;
    private readonly WorkerGroup _group;
    private readonly ITrainingTask _task;
    private readonly ITrainableModel _model;
    private readonly IGradientAggregator[] _aggregators;
    private readonly CheckpointStore _checkpoints;
    private readonly TrainingReporter _reporter;
    private readonly TrainingCounters _counters;
    private readonly OverlappedExchange? _overlap;
    private readonly ISynchronization _synchronization;
    private readonly StepAgreement _agreement;
    private readonly double[] _losses;
    private string _decision = "";
    private long _step;
    private int _epoch;
    private int _position;
    private (long Step, double Loss) _tracked = (-1, 0);

    /// <param name="options">Of the run.</param>
    /// <param name="context">Peers, composition and folder.</param>
    /// <param name="create">Makes the task, for the workers of this process and the threads of its kernels.</param>
    public TrainingSession(TrainerOptions options, TrainingContext context, Func<WorkerGroup, ThreadTeam, ITrainingTask> create)
    {
        _options = options;
        _context = context;
        int threads = options.Threads > 0 ? options.Threads : Math.Max(1, Environment.ProcessorCount / context.Communicator.WorldSize);
        _team = new ThreadTeam(threads);

        // An exchange that runs beside the backward pass has the team for itself.
        _modelTeam = options.Overlap ? new ThreadTeam(threads) : _team;
        _threads = KernelThreads.Use(_modelTeam);
        _group = new WorkerGroup(context.Peers, options.VirtualWorkers);
        _task = create(_group, _team);
        _model = _task.Model;
        _agreement = new StepAgreement(options, context, _task, _group.First);
        _aggregators = [.. Enumerable.Range(0, _group.Count).Select(worker => CreateAggregator(_group.First + worker))];
        _synchronization = CreateSynchronization();
        if (options.Overlap)
        {
            _overlap = new OverlappedExchange((GroupedAggregator)_aggregators[0], _model.Gradients, context.Peers, _model.Storage.FinishDownload);
            _model.ReportReady(_overlap.Ready);
        }

        if (_aggregators[0] is GroupedAggregator groups)
        {
            context.Logger.Message($"gradients are exchanged in {groups.Count} {Plural.Of(groups.Count, "group")} of {options.GroupBytes:N0} {Plural.Of(options.GroupBytes, "byte")} or more{(options.Overlap ? ", during the backward pass" : "")}");
        }

        _losses = new double[_group.Count];
        _checkpoints = new CheckpointStore(Path.Combine(context.RunFolder, "checkpoints"));
        TrainingState? saved = options.Resume.Length > 0 ? Restore(options.Resume) : null;
        _counters = new TrainingCounters(context.Time, saved?.Counters ?? ImmutableSortedDictionary<string, double>.Empty, Rank);
        _model.UseMeter(_counters.Meter);
        _model.Storage.Synchronize(context.Peers);
        _synchronization.Begin();
        _model.BeginEpoch(_epoch);
        _reporter = new TrainingReporter(options, context, _task, _counters, _group, _team);
    }

    private int Rank => _context.Communicator.Rank;

    private TrainingProgress Progress => new(_step, _epoch, _position, _model.StepsPerEpoch, _task.TotalSteps);

    /// <summary>Trains to the end, or until <see cref="TrainingContext.Stop"/>; logs, evaluates, writes checkpoints and the summary.</summary>
    /// <exception cref="UserErrorException">Non-finite loss or gradient, a failed peer, a damaged checkpoint, an unwritable disk.</exception>
    public RunSummary Run()
    {
        try
        {
            bool stopped = TrainToEnd();
            if (stopped)
            {
                WriteCheckpoint();
                _reporter.AddUp();
                return Finish("interrupted", "stopped by a signal", valid: null, test: null);
            }

            var losses = _task.FinalSplits.ToDictionary(
                split => split, split => split == _task.TrackedSplit && _tracked.Step == _step ? _tracked.Loss : EvaluateAndLog(split));
            _task.Complete(Rank);
            double? Of(string split) => losses.TryGetValue(split, out double loss) ? loss : null;
            return Finish("completed", null, Of("valid"), Of("test"));
        }
        catch (UserErrorException failure)
        {
            // On a full disk the summary does not fit either; the first failure is reported.
            try { Finish("failed", failure.Message, valid: null, test: null); } catch (UserErrorException) { }
            throw;
        }
    }

    /// <summary>The loss on <c>valid</c> or <c>test</c> as things stand; a collective.</summary>
    public EvaluationRecord Evaluate(string split) => _reporter.Evaluation(Progress, split, LossOn(split));

    public void Dispose()
    {
        _overlap?.Dispose();
        _synchronization.Dispose();
        _task.Dispose();
        _group.Dispose();
        _threads.Dispose();
        _modelTeam.Dispose();
        _team.Dispose();
    }

    // True if a signal asked to stop.
    private bool TrainToEnd()
    {
        while (_step < _task.TotalSteps)
        {
            if (TrainOneStep())
            {
                return true;
            }

            if (_position == _model.StepsPerEpoch)
            {
                EndEpoch();
            }

            if (_task.EvaluatesAt(Progress))
            {
                _tracked = (_step, EvaluateAndLog(_task.TrackedSplit));
                _task.Evaluated(Progress, _tracked.Loss);
            }

            if ((_options.CheckpointEvery > 0 && _step % _options.CheckpointEvery == 0) || (_options.CheckpointEachEpoch && _position == 0)
                || _task.CheckpointsAt(Progress))
            {
                WriteCheckpoint();
            }
        }

        return false;
    }

    private bool TrainOneStep()
    {
        double gradNorm = 0, rate = _task.LearningRate;
        bool stop = false, skip = false, meets = _synchronization.Meets(_step, isLast: _step + 1 == _task.TotalSteps);
        _group.Run(
            worker =>
            {
                double norm = ForwardBackward(worker);
                gradNorm = worker == 0 ? norm : gradNorm;
                if (_overlap is null)
                {
                    (stop, skip) = _agreement.Reach(_step + 1, worker, _losses[worker], norm, meets);
                    if (!skip)
                    {
                        Prepare(worker, rate, meets);
                    }
                }
            },
            (worker, communicator) =>
            {
                if (skip || !meets)
                {
                    return;
                }

                if (_overlap is null)
                {
                    var (step, metered) = (ContextOf(communicator.Rank), new MeteredCommunicator(communicator, _counters.Meter));
                    _aggregators[worker].Aggregate(_model.Gradients, step, metered);
                    _model.ExchangeBeside(worker, step, metered);
                }
                else
                {
                    _overlap.Finish(_counters.Meter);
                    _model.Storage.UploadGradients();
                    gradNorm = _model.Storage.ClipNorm(0).Norm;
                    (stop, _) = _agreement.Reach(_step + 1, worker, _losses[worker], gradNorm, meets);
                }
            });

        if (!skip && meets)
        {
            using var time = _counters.MeasureCompute(StepPhase.Update);
            if (_overlap is null)
            {
                _model.Storage.UploadGradients();
            }

            _synchronization.Complete(_step, rate);
            _model.Storage.FinishDevice();
        }

        _counters.Tokens += _model.TargetsOfAll(_position, _group.Total);
        _step++;
        _position++;
        _counters.StepsHere++;
        _counters.SkippedSteps += skip ? 1 : 0;
        ReadOnlySpan<double> losses = skip ? [] : _losses;
        foreach (double loss in losses)
        {
            _counters.EpochLoss = _counters.EpochLoss.Add(loss);
        }

        if (_aggregators[0].Decision != _decision)
        {
            _decision = _aggregators[0].Decision;
            _context.Logger.Message(_decision);
        }

        _reporter.Step(
            Progress, losses, rate, gradNorm, _model.Gradients, _aggregators[0].Residuals.Concat(_model.ResidualsBeside(0)));
        return stop;
    }

    // Returns the gradient's norm.
    private double ForwardBackward(int worker)
    {
        using var time = _counters.MeasureCompute(StepPhase.ForwardBackward);
        _synchronization.Enter(worker);
        ulong key = RandomKey.Mix((ulong)_options.Seed, _group.First + worker, _step, -1, RandomPurpose.Dropout);
        _overlap?.Begin(ContextOf(_group.First + worker));
        (_losses[worker], double norm) = _model.ForwardBackward(worker, _position, key);
        return norm;
    }

    private void Prepare(int worker, double rate, bool meets)
    {
        using var time = _counters.MeasureCompute(StepPhase.Update);
        _synchronization.Prepare(worker, _step, rate, meets);
        if (meets)
        {
            _model.Storage.DownloadGradients();
        }

        _model.Storage.FinishDevice();
    }

    private ISynchronization CreateSynchronization()
    {
        if (_options.HasLocalWeights)
        {
            return new WeightSynchronization(_model, _group.Count, _options);
        }

        if (_aggregators[0] is not IMomentAggregator moments)
        {
            return new GradientSynchronization(_model);
        }

        var synchronization = new MomentSynchronization(_model, _group.Count, moments, _context.Plan.StepsAlone);
        if (!synchronization.SharesMomentsBefore(_task.TotalSteps))
        {
            _context.Logger.Warning($"--exchange {_context.Plan.Exchange}: this run ends after step {_task.TotalSteps}, before moments are exchanged: all its gradients go dense.");
        }

        return synchronization;
    }

    private IGradientAggregator CreateAggregator(int rank)
    {
        var layout = _model.Gradients.Layout;
        return _options.GroupBytes > 0
            ? _context.Plan.CreateGrouped(layout, _options.GroupBytes, _team, rank, _group.Total)
            : _context.Plan.Create(layout, _team, rank, _group.Total);
    }

    // What local steps come to is in units of the weights, whatever their learning rate was.
    private StepContext ContextOf(int rank) =>
        new(_step, (ulong)_options.Seed, rank, _options.HasLocalWeights ? _options.OuterLr : _task.LearningRate, Progress.EpochsDone, _counters.Meter);

    private void EndEpoch()
    {
        _epoch++;
        _position = 0;
        _model.BeginEpoch(_epoch);
        _counters.LastEpochLoss = _reporter.MeanOverWorkers(_counters.EpochLoss);
        _counters.EpochLoss = default;
    }

    private double EvaluateAndLog(string split)
    {
        double loss = LossOn(split);
        _reporter.Log(_reporter.Evaluation(Progress, split, loss));
        return loss;
    }

    private double LossOn(string split)
    {
        using var time = _counters.Meter.Measure(StepPhase.Evaluate);
        _synchronization.EnterShared();
        var communicator = _context.Communicator;
        var (nats, targets) = _task.Evaluate(split);
        Span<double> sums = [nats, targets];
        communicator.AllReduce(sums);
        _reporter.AddUp();
        return sums[0] / sums[1];
    }

    private void WriteCheckpoint()
    {
        if (!_options.WritesCheckpoints)
        {
            return;
        }

        using var time = _counters.Meter.Measure(StepPhase.Checkpoint);
        _synchronization.EnterShared();
        var counters = _counters.Save(_context.Communicator);
        _checkpoints.Write(
            new CheckpointContents
            {
                State = new TrainingState
                {
                    Step = _step,
                    Epoch = _epoch,
                    Position = _position,
                    LearningRate = _task.LearningRate,
                    BestValidLoss = _task.BestValidLoss,
                    WorldSize = _context.Communicator.WorldSize,
                    ModelFingerprint = _model.Whole.Layout.Fingerprint,
                    Options = Identity(),
                    Changeable = KeptOptions.Changeable(_options),
                    Counters = counters,
                    Placement = _task.Placement,
                },
                ModelTensors = _model.Whole.Entries(),
                ModelMetadata = VocabularyMark.Metadata(_task.VocabularyFingerprint),
                WriteModel = _model.Whole.Write,
                SendModel = _model.Whole.Send,
                WriteRankState = writer =>
                {
                    _model.Save(writer);
                    _synchronization.Save(writer);
                    ForEachAggregator((aggregator, prefix) => aggregator.Save(new PrefixedState(prefix, writer)));
                },
            },
            Rank,
            _context.Communicator.Barrier);
    }

    private TrainingState Restore(string folder)
    {
        using var checkpoint = LoadedCheckpoint.Open(
            folder, Rank, _context.Communicator.WorldSize, _model.Whole.Layout.Fingerprint, Identity(), _task.Placement,
            _task.AllowsOtherRanks);
        _model.ReadParameters(checkpoint.Model, folder, ExitCode.Checkpoint);
        if (!checkpoint.IsStateless)
        {
            _model.Load(checkpoint.RankState);
            _synchronization.Load(checkpoint.RankState);
            ForEachAggregator((aggregator, prefix) => aggregator.Load(new PrefixedState(prefix, reader: checkpoint.RankState)));
        }

        KeptOptions.LogChanges(checkpoint.State, _options, Identity(), _context.Logger);
        _task.Resume(checkpoint.State);
        (_step, _epoch, _position) = (checkpoint.State.Step, checkpoint.State.Epoch, checkpoint.State.Position);
        ResumedSchedule.WarnOfJump(_task, checkpoint.State, _context.Logger);
        return checkpoint.State;
    }

    // What must be the same for the run to end with the same bits.
    private ImmutableSortedDictionary<string, string> Identity() => KeptOptions.OfResult(_options, _context.Plan).AddRange(_task.Identity);

    private void ForEachAggregator(Action<IGradientAggregator, string> action)
    {
        for (int worker = 0; worker < _aggregators.Length; worker++)
        {
            action(_aggregators[worker], $"worker-{worker}/");
        }
    }

    private RunSummary Finish(string status, string? reason, double? valid, double? test)
    {
        _synchronization.EnterShared();
        var summary = _task.Amend(_reporter.Summary(Progress, status, reason, valid, test, ModelHash.Of(_model, Rank, failed: status == "failed")));
        _context.Logger.Finish(summary);
        return summary;
    }
}
