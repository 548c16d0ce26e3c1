using Compression.Core.Contracts;
using Compression.Training.CompressedAdam;
using Compression.Training.LocalSgd;
using Compression.Training.Optimizers;

namespace Compression.Training.Sessions;

/// <summary>
/// Workers that train with Adam exchange what an <see cref="IMomentAggregator"/> says: gradients, first moments, or, for some steps, nothing, in which
/// each goes on with weights of its own.
/// </summary>
internal sealed class MomentSynchronization : ISynchronization
{
    private readonly ITrainableModel _model;
    private readonly IMomentAggregator _exchange;
    private readonly LocalWeights? _weights;
    private readonly MomentRound _round;

    /// <param name="model">What is trained, with Adam.</param>
    /// <param name="workers">Workers of this process.</param>
    /// <param name="exchange">Says what is exchanged; the same for all workers.</param>
    /// <param name="stepsAlone">There are steps in which nothing is.</param>
    public MomentSynchronization(ITrainableModel model, int workers, IMomentAggregator exchange, bool stepsAlone)
    {
        _model = model;
        _exchange = exchange;
        _weights = stepsAlone ? new LocalWeights(model.Storage, workers) : null;
        var adam = model.Optimizer as FlatAdam ?? throw new InvalidOperationException("The optimizer is not Adam.");
        _round = new MomentRound(model.Storage, adam, stepsAlone ? workers : 0);
    }

    // Rounds of one step need no weights but the shared ones.
    private LocalWeights? OpenWeights => _round.IsOpen ? _weights : null;

    /// <summary>Whether a run of so many steps comes to exchange moments.</summary>
    public bool SharesMomentsBefore(long steps)
    {
        for (long step = 0; step < steps; step++)
        {
            if (_exchange.StageOf(step) != MomentStage.Gradient)
            {
                return true;
            }
        }

        return false;
    }

    public void Begin() => OpenWeights?.TakeShared();

    public bool Meets(long step, bool isLast) => isLast || _exchange.StageOf(step) != MomentStage.Alone;

    public void Enter(int worker) => OpenWeights?.Enter(worker);

    public void Prepare(int worker, long step, double rate, bool meets)
    {
        if (_exchange.StageOf(step) == MomentStage.Gradient)
        {
            return;
        }

        if (worker == 0)
        {
            _round.Count(rate);
        }

        if (!meets && !_round.IsOpen)
        {
            _round.Open();
            _weights!.TakeShared();
            _weights.Share();
        }

        // The first worker of a round, and the others of its first step, have computed with the shared weights.
        Enter(worker);
        _round.Accumulate(worker);
        if (meets)
        {
            _round.Write(worker);
        }
        else
        {
            _model.Apply(rate, worker, alone => _round.StepAlone(worker, alone));
        }
    }

    public void Complete(long step, double rate)
    {
        if (_exchange.StageOf(step) == MomentStage.Gradient)
        {
            _model.Apply(rate);
            return;
        }

        EnterShared();
        _model.Apply(rate, worker: 0, _ => _round.Complete());
    }

    public void EnterShared() => OpenWeights?.EnterShared();

    public void Save(IStateWriter writer)
    {
        _round.Save(writer);
        OpenWeights?.Save(writer);
    }

    public void Load(IStateReader reader)
    {
        _round.Load(reader);
        OpenWeights?.Load(reader);
    }

    public void Dispose()
    {
        _round.Dispose();
        _weights?.Dispose();
    }
}
