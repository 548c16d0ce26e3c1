using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Devices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>
/// An optimizer that keeps moments of the gradients, a vector each, and counts its steps. On the host it runs in kernels, elsewhere in libtorch's
/// operators on the model's device.
/// </summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="initial">Where the moments begin.</param>
/// <param name="names">One a moment.</param>
public abstract class MomentOptimizer(FlatModel model, ThreadTeam team, float initial, params string[] names) : IFlatOptimizer
{
    private const string StepsName = "optimizer/steps";

    private readonly Tensor[] _moments = [.. names.Select(_ => full_like(model.FlatParameters, initial).DetachFromDisposeScope())];
    private readonly float[] _direction = model.IsOnHost ? new float[model.Layout.Length] : [];

    /// <summary>What is trained.</summary>
    protected FlatModel Model => model;

    /// <summary>Threads.</summary>
    protected ThreadTeam Team => team;

    /// <summary>Steps done.</summary>
    public long Steps { get; protected set; }

    /// <summary>Where a step in kernels builds its direction; the gradients stay as they are.</summary>
    protected Span<float> Direction => _direction;

    public void Step(double learningRate) => Step(learningRate, inKernels: model.IsOnHost);

    public void Save(IStateWriter writer)
    {
        writer.Write(StepsName, [Steps]);
        for (int i = 0; i < names.Length; i++)
        {
            string name = $"optimizer/{names[i]}";
            DeviceTransfer.Show(_moments[i], values => writer.Write(name, values));
        }
    }

    public void Load(IStateReader reader)
    {
        long[] steps = new long[1];
        reader.Read(StepsName, steps);
        Steps = steps[0];
        for (int i = 0; i < names.Length; i++)
        {
            string name = $"optimizer/{names[i]}";
            DeviceTransfer.Fill(_moments[i], values => reader.Read(name, values));
        }
    }

    public void Dispose()
    {
        foreach (var moment in _moments)
        {
            moment.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A step on the host.</summary>
    /// <param name="parameters">p, in and out.</param>
    /// <param name="learningRate">η.</param>
    protected abstract void StepInKernels(Span<float> parameters, double learningRate);

    /// <summary>A step in libtorch's operators.</summary>
    /// <param name="parameters">p, in and out.</param>
    /// <param name="gradient">g.</param>
    /// <param name="moments">In the order of the names, in and out.</param>
    /// <param name="learningRate">η.</param>
    protected abstract void StepInOperators(Tensor parameters, Tensor gradient, Tensor[] moments, double learningRate);

    /// <summary>A moment on the model's device, in the order of the names.</summary>
    protected Tensor MomentTensor(int index) => _moments[index];

    /// <summary>A moment on the host, in the order of the names.</summary>
    protected Span<float> Moment(int index) => MemoryMarshal.Cast<byte, float>(_moments[index].bytes);

    /// <summary>g, or with weight decay λ in the direction's place g + λp.</summary>
    protected ReadOnlySpan<float> Decayed(ReadOnlySpan<float> parameters, double weightDecay)
    {
        var gradient = model.Bucket.All;
        if (weightDecay == 0)
        {
            return gradient;
        }

        gradient.CopyTo(Direction);
        AddScaled.Invoke(team, Direction, 1, parameters, (float)weightDecay);
        return Direction;
    }

    /// <summary>The same in operators.</summary>
    protected static Tensor Decayed(Tensor parameters, Tensor gradient, double weightDecay) =>
        weightDecay == 0 ? gradient : gradient + (parameters * weightDecay);

    /// <summary>Adam's moments and direction, as <see cref="MomentDirection"/> has them, in operators.</summary>
    protected static Tensor AdamDirection(Tensor gradient, Tensor[] moments, in MomentRates rates)
    {
        moments[0].mul_(rates.Beta1).add_(gradient, 1 - rates.Beta1);
        moments[1].mul_(rates.Beta2).addcmul_(gradient, gradient, 1 - rates.Beta2);
        return moments[0] * rates.Scale1 / ((moments[1].sqrt() * rates.Scale2) + rates.Epsilon);
    }

    /// <summary>A step in one of the two ways, of which that in operators works anywhere.</summary>
    internal void Step(double learningRate, bool inKernels)
    {
        Steps++;
        if (inKernels)
        {
            model.ChangeParameters(parameters => StepInKernels(parameters, learningRate));
            return;
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        StepInOperators(model.FlatParameters, model.FlatGradients, _moments, learningRate);
        model.RoundParameters();
    }
}
