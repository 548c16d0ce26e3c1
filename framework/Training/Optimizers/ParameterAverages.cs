using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Torch.Devices;
using Compression.Training.Parameters;
using static TorchSharp.torch;

namespace Compression.Training.Optimizers;

/// <summary>Exponential moving averages of a model's parameters, a ← βa + (1 − β)p after each step, beginning with the first parameters.</summary>
/// <param name="model">Whose parameters are averaged.</param>
/// <param name="team">Threads.</param>
/// <param name="decay">β.</param>
public sealed class ParameterAverages(FlatModel model, ThreadTeam team, double decay) : ICheckpointable, IDisposable
{
    private const string Name = "optimizer/averages";

    private readonly Tensor _averages = zeros_like(model.FlatParameters).DetachFromDisposeScope();
    private bool _begun;

    /// <summary>Before a step: the first time, takes over the parameters.</summary>
    public void Begin()
    {
        if (!_begun)
        {
            DeviceTransfer.Copy(_averages, model.FlatParameters);
            _begun = true;
        }
    }

    /// <summary>After a step.</summary>
    public void Update()
    {
        using var noGradient = no_grad();
        if (model.IsOnHost)
        {
            AddScaled.Invoke(team, Floats(_averages), (float)decay, Floats(model.FlatParameters), (float)(1 - decay));
        }
        else
        {
            using var scope = NewDisposeScope();
            _averages.mul_(decay).add_(model.FlatParameters, 1 - decay);
        }
    }

    /// <summary>Puts the averages in the parameters' place.</summary>
    public void Apply()
    {
        DeviceTransfer.Copy(model.FlatParameters, _averages);
        model.RoundParameters();
    }

    public void Save(IStateWriter writer)
    {
        Begin();
        DeviceTransfer.Show(_averages, values => writer.Write(Name, values));
    }

    public void Load(IStateReader reader)
    {
        DeviceTransfer.Fill(_averages, values => reader.Read(Name, values));
        _begun = true;
    }

    public void Dispose() => _averages.Dispose();

    private static Span<float> Floats(Tensor onHost) => MemoryMarshal.Cast<byte, float>(onHost.bytes);
}
