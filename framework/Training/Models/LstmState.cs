using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.Models;

/// <summary>
/// Hidden and cell state of each layer, [B, H], carried from batch to batch as constants: the graph of one batch ends where the next
/// begins. The tensors live as long as this object.
/// </summary>
public sealed class LstmState : IDisposable
{
    private readonly Tensor[] _hidden;
    private readonly Tensor[] _cell;

    /// <param name="layers">LSTM layers.</param>
    /// <param name="batch">B.</param>
    /// <param name="size">H.</param>
    /// <param name="device">Where the model computes.</param>
    /// <param name="outputs">Width of the hidden state, where the cells' output is projected; H without a projection.</param>
    public LstmState(int layers, int batch, int size, Device device, int? outputs = null)
    {
        _hidden = [.. Enumerable.Range(0, layers).Select(_ => zeros(batch, outputs ?? size, device: device).DetachFromDisposeScope())];
        _cell = [.. Enumerable.Range(0, layers).Select(_ => zeros(batch, size, device: device).DetachFromDisposeScope())];
    }

    /// <summary>The hidden state of a layer, [B, H].</summary>
    public Tensor Hidden(int layer) => _hidden[layer];

    /// <summary>The cell state of a layer, [B, H].</summary>
    public Tensor Cell(int layer) => _cell[layer];

    /// <summary>Copies the state after a batch.</summary>
    public void Set(int layer, Tensor hidden, Tensor cell)
    {
        using var noGradient = no_grad();
        using var h = hidden.detach();
        using var c = cell.detach();
        Replace(_hidden, layer, h);
        Replace(_cell, layer, c);
    }

    /// <summary>Begins anew, at the start of a text.</summary>
    public void Reset()
    {
        using var noGradient = no_grad();
        foreach (var tensor in _hidden.Concat(_cell))
        {
            using var same = tensor.zero_();
        }
    }

    /// <summary>Writes the state for a checkpoint.</summary>
    public void Save(IStateWriter writer, string prefix)
    {
        foreach (var (name, tensor) in Named(prefix))
        {
            using var onCpu = tensor.cpu();
            writer.Write(name, MemoryMarshal.Cast<byte, float>(onCpu.bytes));
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
            tensor.copy_(loaded);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _hidden.Concat(_cell))
        {
            tensor.Dispose();
        }
    }

    // The graph of the batch in progress still refers to the old tensor: it is replaced, not overwritten.
    private static void Replace(Tensor[] tensors, int layer, Tensor value)
    {
        var old = tensors[layer];
        tensors[layer] = value.alias().DetachFromDisposeScope();
        old.Dispose();
    }

    private IEnumerable<(string Name, Tensor Tensor)> Named(string prefix) =>
        _hidden.Select((tensor, layer) => ($"{prefix}hidden_l{layer}", tensor))
            .Concat(_cell.Select((tensor, layer) => ($"{prefix}cell_l{layer}", tensor)));
}
