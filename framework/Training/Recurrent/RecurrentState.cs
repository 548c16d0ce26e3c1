using Compression.Core.Contracts;
using Compression.Torch.Devices;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Recurrent;

/// <summary>
/// What each layer carries from batch to batch, as constants: the graph of one batch ends where the next begins. The tensors live as long
/// as this object.
/// </summary>
public sealed class RecurrentState : IDisposable
{
    private readonly string[] _names;
    private readonly Tensor[][] _layers;

    /// <param name="layers">Recurrent layers.</param>
    /// <param name="batch">B.</param>
    /// <param name="device">Where the model computes.</param>
    /// <param name="parts">What a layer carries: its name in a checkpoint, and its width.</param>
    public RecurrentState(int layers, int batch, Device device, params IEnumerable<(string Name, int Width)> parts)
    {
        _names = [.. parts.Select(part => part.Name)];
        _layers = [.. Enumerable.Range(0, layers).Select(_ => parts
            .Select(part => zeros(batch, part.Width, device: device).DetachFromDisposeScope()).ToArray())];
    }

    /// <summary>The parts of a layer's state, [B, width].</summary>
    public Tensor[] this[int layer] => _layers[layer];

    /// <summary>Keeps the state after a batch.</summary>
    /// <param name="layer">Whose it is.</param>
    /// <param name="after">Its parts.</param>
    public void Set(int layer, params ReadOnlySpan<Tensor> after)
    {
        using var noGradient = no_grad();
        for (int part = 0; part < after.Length; part++)
        {
            // The graph of the batch in progress still refers to the old tensor: it is replaced, not overwritten.
            var old = _layers[layer][part];
            using var constant = after[part].detach();
            _layers[layer][part] = constant.contiguous().DetachFromDisposeScope();
            old.Dispose();
        }
    }

    /// <summary>Begins anew, at the start of a text.</summary>
    public void Reset()
    {
        using var noGradient = no_grad();
        foreach (var tensor in _layers.SelectMany(parts => parts))
        {
            using var same = tensor.zero_();
        }
    }

    /// <summary>Writes the state for a checkpoint.</summary>
    public void Save(IStateWriter writer, string prefix)
    {
        foreach (var (name, tensor) in Named(prefix))
        {
            DeviceTransfer.Show(tensor, values => writer.Write(name, values));
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(IStateReader reader, string prefix)
    {
        using var noGradient = no_grad();
        foreach (var (name, tensor) in Named(prefix))
        {
            float[] values = new float[tensor.numel()];
            reader.Read(name, values);
            using var loaded = torch.tensor(values, tensor.shape);
            DeviceTransfer.Copy(tensor, loaded);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _layers.SelectMany(parts => parts))
        {
            tensor.Dispose();
        }
    }

    // All layers' first parts, then their second ones.
    private IEnumerable<(string Name, Tensor Tensor)> Named(string prefix) => _names.SelectMany(
        (name, part) => _layers.Select((parts, layer) => ($"{prefix}{name}_l{layer}", parts[part])));
}
