using Compression.Core.Contracts;
using Compression.Torch.Devices;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.CompressedAdam;

/// <summary>
/// Steps of Adam from first moments that workers exchange while the second is held (Tang et al. 2021, "1-bit Adam"; Lu et al. 2022, "0/1 Adam"). A round
/// ends with an exchange; it is one step, or several that each worker r takes alone: m_r ← β₁m_r + (1−β₁)g_r, θ_r ← θ_r − w·m_r/(c₂√v + ε) with
/// w = γ/(1−β₁ᵗ). A worker sends the mean of its m_r, weighted by w. With m their mean over the workers, and S the sum of the weights:
/// θ ← θ − S·m/(c₂√v + ε), and all go on from θ and m. Entries whose v is 0 do not move.
/// </summary>
/// <remarks>Two vectors for each worker that takes steps alone, and the denominator.</remarks>
public sealed class MomentRound : IDisposable
{
    private const string ScalarsName = "moments/round";

    private readonly FlatModel _model;
    private readonly FlatAdam _adam;
    private readonly Tensor _denominator;
    private readonly (Tensor Moment, Tensor Sum)[] _alone;
    private long _refreshes;
    private double _weight;
    private double _weights;
    private double _kept = 1;

    /// <param name="model">What is trained; holds the gradient, the moment or the mean at hand in <see cref="FlatModel.FlatGradients"/>.</param>
    /// <param name="adam">Its optimizer.</param>
    /// <param name="workersAlone">Workers of this process that take steps alone; 0 where each round is one step.</param>
    public MomentRound(FlatModel model, FlatAdam adam, int workersAlone)
    {
        _model = model;
        _adam = adam;
        Tensor Room() => zeros_like(model.FlatParameters).DetachFromDisposeScope();
        _denominator = Room();
        _alone = [.. Enumerable.Range(0, workersAlone).Select(_ => (Room(), Room()))];
    }

    /// <summary>Workers have taken steps alone since the last exchange.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Lets workers go on alone from the shared first moment.</summary>
    public void Open()
    {
        IsOpen = true;
        foreach (var (moment, sum) in _alone)
        {
            DeviceTransfer.Copy(moment, _adam.FirstMoment);
            using var noGradient = no_grad();
            sum.zero_();
        }
    }

    /// <summary>Counts a step of all workers.</summary>
    /// <param name="learningRate">γ.</param>
    public void Count(double learningRate)
    {
        _adam.Hold();
        _weight = learningRate * _adam.Rates.Scale1;
        _weights += _weight;
        _kept *= _adam.Kept(learningRate);
    }

    /// <summary>Turns a worker's gradient into its first moment, and adds that up while the round is open.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    public void Accumulate(int worker)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double beta = _adam.Settings.Beta1;
        var gradient = _model.FlatGradients;
        if (_adam.DecayOfGradient > 0)
        {
            gradient.add_(_model.FlatParameters, _adam.DecayOfGradient);
        }

        if (!IsOpen)
        {
            gradient.mul_(1 - beta).add_(_adam.FirstMoment, beta);
            return;
        }

        var (moment, sum) = _alone[worker];
        moment.mul_(beta).add_(gradient, 1 - beta);
        sum.add_(moment, _weight);
    }

    /// <summary>A worker's step alone.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    /// <param name="learningRate">γ.</param>
    public void StepAlone(int worker, double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Move(_adam.Kept(learningRate), _alone[worker].Moment, _weight);
    }

    /// <summary>Leaves what a worker sends in the place of its gradient.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    public void Write(int worker)
    {
        if (!IsOpen)
        {
            return;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (moment, sum) = _alone[worker];
        _model.FlatGradients.copy_(_weights > 0 ? sum / _weights : moment);
    }

    /// <summary>Ends the round: moves the shared weights, which the model holds, by the mean moment that lies in the place of the gradient.</summary>
    public void Complete()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _adam.FirstMoment.copy_(_model.FlatGradients);
        Move(_kept, _adam.FirstMoment, _weights);
        (IsOpen, _weights, _kept) = (false, 0, 1);
    }

    /// <summary>Writes what a round that is open has come to, and how often the second moment was held.</summary>
    public void Save(IStateWriter writer)
    {
        writer.Write(ScalarsName, [_adam.HeldSteps, IsOpen ? 1.0 : 0, _weights, _kept]);
        if (IsOpen)
        {
            ForEachVector((name, vector) => DeviceTransfer.Show(vector, values => writer.Write(name, values)));
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote; after the optimizer's own.</summary>
    public void Load(IStateReader reader)
    {
        double[] scalars = new double[4];
        reader.Read(ScalarsName, scalars);
        (_adam.HeldSteps, IsOpen, _weights, _kept) = ((long)scalars[0], scalars[1] > 0, scalars[2], scalars[3]);
        if (IsOpen)
        {
            ForEachVector((name, vector) => DeviceTransfer.Fill(vector, values => reader.Read(name, values)));
        }
    }

    public void Dispose()
    {
        ForEachVector(static (_, vector) => vector.Dispose());
        _denominator.Dispose();
    }

    private void Move(double kept, Tensor moment, double weight)
    {
        RefreshDenominator();
        if (kept != 1)
        {
            _model.FlatParameters.mul_(kept);
        }

        _model.FlatParameters.addcdiv_(moment, _denominator, -weight);
        _model.RoundParameters();
    }

    private void RefreshDenominator()
    {
        long refreshes = _adam.Steps - _adam.HeldSteps;
        if (refreshes == _refreshes)
        {
            return;
        }

        _refreshes = refreshes;
        var rates = _adam.Rates;
        _denominator.copy_(_adam.SecondMoment);
        _denominator.sqrt_().mul_(rates.Scale2).add_(rates.Epsilon);
        _denominator.masked_fill_(_adam.SecondMoment.eq(0), double.PositiveInfinity);
    }

    private void ForEachVector(Action<string, Tensor> action)
    {
        for (int worker = 0; worker < _alone.Length; worker++)
        {
            action(FormattableString.Invariant($"moments/first/worker-{worker}"), _alone[worker].Moment);
            action(FormattableString.Invariant($"moments/sum/worker-{worker}"), _alone[worker].Sum);
        }
    }
}
