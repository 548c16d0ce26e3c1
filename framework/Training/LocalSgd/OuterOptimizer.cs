using Compression.Core.Contracts;
using Compression.Torch.Devices;
using static TorchSharp.torch;

namespace Compression.Training.LocalSgd;

/// <summary>
/// Moves the shared weights θ by the mean Δ of how far the workers have come (Douillard et al. 2023, "DiLoCo", algorithm 1): m ← βm + Δ, then
/// θ ← θ − αm, or with Nesterov's momentum θ ← θ − α(Δ + βm). With α = 1 and β = 0 θ becomes the mean of the workers' weights (Stich 2018, "Local SGD").
/// </summary>
/// <param name="shared">θ, [d].</param>
/// <param name="rate">α.</param>
/// <param name="momentum">β; 0 for none.</param>
/// <param name="nesterov">Nesterov's form.</param>
public sealed class OuterOptimizer(Tensor shared, double rate, double momentum, bool nesterov) : IDisposable
{
    private const string StateName = "outer/momentum";

    private readonly Tensor? _momentum = momentum > 0 ? zeros_like(shared).DetachFromDisposeScope() : null;

    /// <summary>One step.</summary>
    /// <param name="difference">Δ, [d].</param>
    public void Step(Tensor difference)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var direction = difference;
        if (_momentum is not null)
        {
            _momentum.mul_(momentum).add_(difference);
            direction = nesterov ? difference + (_momentum * momentum) : _momentum;
        }

        shared.add_(direction, -rate);
    }

    /// <summary>Writes the momentum.</summary>
    public void Save(IStateWriter writer)
    {
        if (_momentum is not null)
        {
            DeviceTransfer.Show(_momentum, values => writer.Write(StateName, values));
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader)
    {
        if (_momentum is not null)
        {
            DeviceTransfer.Fill(_momentum, values => reader.Read(StateName, values));
        }
    }

    public void Dispose() => _momentum?.Dispose();
}
