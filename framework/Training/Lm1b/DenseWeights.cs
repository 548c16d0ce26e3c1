using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Devices;
using Compression.Training.Optimizers;
using Compression.Training.Parameters;

using static TorchSharp.torch;

namespace Compression.Training.Lm1b;

/// <summary>The dense weights with Adagrad and, where wanted, their moving averages. All processes begin with the same bits.</summary>
public sealed class DenseWeights : IDisposable
{
    private const double AverageDecay = 0.999;

    private readonly FlatAdagrad _optimizer;
    private readonly ParameterAverages? _averages;

    /// <param name="hyper">Sizes.</param>
    /// <param name="seed">Of the initial values.</param>
    /// <param name="team">Threads.</param>
    /// <param name="device">Where they are; null for the CPU.</param>
    public DenseWeights(Lm1bHyperparameters hyper, long seed, ThreadTeam team, Device? device = null)
    {
        manual_seed((long)(RandomKey.Mix((ulong)seed, 0, 0, -1, RandomPurpose.Initialization) >> 1));
        Lstm = DeviceModule.Create(
            () => new ProjectedLstm(hyper.EmbSize, hyper.StateSize, hyper.ProjectedSize, hyper.NumLayers, 1 - hyper.KeepProb),
            static lstm => lstm.Initialize(), device ?? CPU);
        Storage = new FlatModel(Lstm);
        _optimizer = new FlatAdagrad(Storage, team, weightDecay: 0, WordTables.InitialSum);
        _averages = hyper.AverageParams ? new ParameterAverages(Storage, team, AverageDecay) : null;
    }

    /// <summary>The module.</summary>
    public ProjectedLstm Lstm { get; }

    /// <summary>Its parameters and gradients.</summary>
    public FlatModel Storage { get; }

    /// <summary>Where they are.</summary>
    public Device Device => Storage.FlatParameters.device;

    /// <summary>A step from the gradient in the bucket.</summary>
    public void Step(double learningRate)
    {
        _averages?.Begin();
        _optimizer.Step(learningRate);
        _averages?.Update();
    }

    /// <summary>Puts the averages, read from a rank's state, in the parameters' place.</summary>
    /// <returns>False where the run keeps none.</returns>
    public bool UseAverages(IStateReader reader)
    {
        _averages?.Load(reader);
        _averages?.Apply();
        return _averages is not null;
    }

    /// <summary>Writes what the optimizer keeps.</summary>
    public void Save(IStateWriter writer)
    {
        _optimizer.Save(writer);
        _averages?.Save(writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        _optimizer.Load(reader);
        _averages?.Load(reader);
    }

    public void Dispose()
    {
        _averages?.Dispose();
        _optimizer.Dispose();
        Storage.Dispose();
        Lstm.Dispose();
    }
}
