using Compression.Core.Contracts;
using Compression.Training.LocalSgd;

namespace Compression.Training.Sessions;

/// <summary>
/// Each worker takes steps with weights and an optimizer of its own. Every so many, and at the end, they exchange θ − θ_r, and an outer optimizer moves
/// the shared weights θ by the mean.
/// </summary>
internal sealed class WeightSynchronization : ISynchronization
{
    private readonly ITrainableModel _model;
    private readonly int _localSteps;
    private readonly LocalWeights _weights;
    private readonly OuterOptimizer _outer;
    private bool _loaded;

    /// <param name="model">What is trained.</param>
    /// <param name="workers">Workers of this process.</param>
    /// <param name="options">Steps, and the outer optimizer.</param>
    public WeightSynchronization(ITrainableModel model, int workers, TrainerOptions options)
    {
        _model = model;
        _localSteps = options.LocalSteps;
        model.SeparateOptimizers();
        _weights = new LocalWeights(model.Storage, workers);
        _outer = new OuterOptimizer(_weights.SharedWeights, options.OuterLr, options.OuterMomentum, options.OuterOptimizer == "nesterov");
    }

    public void Begin()
    {
        _weights.TakeShared();
        if (!_loaded)
        {
            _weights.Share();
        }
    }

    public bool Meets(long step, bool isLast) => isLast || (step + 1) % _localSteps == 0;

    public void Enter(int worker) => _weights.Enter(worker);

    public void Prepare(int worker, long step, double rate, bool meets)
    {
        _model.Apply(rate, worker);
        if (meets)
        {
            _weights.WriteDifference();
        }
    }

    public void Complete(long step, double rate)
    {
        _outer.Step(_model.Storage.FlatGradients);
        _weights.Share();
    }

    public void EnterShared() => _weights.EnterShared();

    public void Save(IStateWriter writer)
    {
        _weights.Save(writer);
        _outer.Save(writer);
    }

    public void Load(IStateReader reader)
    {
        _weights.Load(reader);
        _outer.Load(reader);
        _loaded = true;
    }

    public void Dispose()
    {
        _outer.Dispose();
        _weights.Dispose();
    }
}
