using Compression.Torch.Devices;
using Compression.Training.Parameters;
using Compression.Training.Recurrent;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>
/// A stage's parameters on its device, copied before each step from the whole model on the host, and their gradients, copied back: compression
/// and update see one model.
/// </summary>
public sealed class StageCopy : IDisposable
{
    private readonly FlatModel _whole;
    private readonly FlatModel _own;
    private readonly long _offset;

    /// <param name="sizes">Of the whole model.</param>
    /// <param name="range">The stage.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="whole">The model, on the host.</param>
    public StageCopy(RecurrentModelOptions sizes, StageRange range, Device device, FlatModel whole)
    {
        _whole = whole;
        Module = DeviceModule.Create(() => new StageModule(sizes, range), static _ => { }, device);
        _own = new FlatModel(Module);
        _offset = whole.Layout.Slots.Single(slot => slot.Name == _own.Layout.Slots[0].Name).Offset;
    }

    /// <summary>The parameters.</summary>
    public StageModule Module { get; }

    /// <summary>Takes over the whole model's parameters, and clears the gradients.</summary>
    public void Refresh()
    {
        using var noGradient = no_grad();
        using var part = PartOf(_whole.FlatParameters);
        DeviceTransfer.Copy(_own.FlatParameters, part);
        _own.ZeroGradients();
    }

    /// <summary>Gives the whole model the gradients.</summary>
    public void Collect()
    {
        using var noGradient = no_grad();
        using var part = PartOf(_whole.FlatGradients);
        DeviceTransfer.Copy(part, _own.FlatGradients);
    }

    public void Dispose()
    {
        _own.Dispose();
        Module.Dispose();
    }

    private Tensor PartOf(Tensor flat) => flat.narrow(0, _offset, _own.Layout.Length);
}
