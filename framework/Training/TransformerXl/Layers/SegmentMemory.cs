using Compression.Core.Contracts;
using Compression.Torch.Devices;
using static TorchSharp.torch;

namespace Compression.Training.TransformerXl.Layers;

/// <summary>
/// The hidden states of earlier segments: the input of each layer and the output of the last, [M, B, D], M growing to the memory's length.
/// They are constants: no gradient goes back into another segment.
/// </summary>
/// <param name="states">Layers + 1.</param>
/// <param name="length">Positions that are kept at most; 0: none.</param>
/// <param name="extension">Positions at a segment's end that the next segment reads again, and that are therefore not kept.</param>
public sealed class SegmentMemory(int states, int length, int extension = 0) : IDisposable
{
    private readonly Tensor?[] _states = new Tensor?[states];

    /// <summary>Positions kept at most.</summary>
    public int MaxLength => length;

    /// <summary>M.</summary>
    public long Length => _states[0]?.shape[0] ?? 0;

    /// <summary>What a layer remembers; null before the first segment.</summary>
    public Tensor? this[int layer] => _states[layer];

    /// <summary>Takes over a segment's hidden states, of all layers.</summary>
    /// <param name="hidden_TBD">One tensor a state.</param>
    public void Append(IReadOnlyList<Tensor> hidden_TBD)
    {
        if (length == 0)
        {
            return;
        }

        using var noGradient = no_grad();
        long before = Length;
        long end = before + Math.Max(0, hidden_TBD[0].shape[0] - extension), begin = Math.Max(0, end - length);
        if (end == 0)
        {
            return;
        }

        for (int i = 0; i < _states.Length; i++)
        {
            using var scope = NewDisposeScope();
            var segment = hidden_TBD[i].detach();
            var kept = begin >= before
                ? segment.narrow(0, begin - before, end - begin)
                : cat([_states[i]!.to(segment.dtype), segment]).narrow(0, begin, end - begin);
            _states[i]?.Dispose();
            _states[i] = kept.alias().DetachFromDisposeScope();
        }
    }

    /// <summary>Begins anew, at the start of a text.</summary>
    public void Clear()
    {
        foreach (var state in _states)
        {
            state?.Dispose();
        }

        Array.Clear(_states);
    }

    /// <summary>Writes all states for a checkpoint.</summary>
    public void Save(IStateWriter writer, string prefix)
    {
        long[] shape = _states[0]?.shape ?? [0, 0, 0];
        writer.Write($"{prefix}memory/shape", shape);
        for (int i = 0; i < _states.Length && shape[0] > 0; i++)
        {
            using var values = _states[i]!.to(ScalarType.Float32);
            DeviceTransfer.Show(values, shown => writer.Write($"{prefix}memory/{i}", shown));
        }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">The checkpoint.</param>
    /// <param name="prefix">As in <see cref="Save"/>.</param>
    /// <param name="device">Where the model computes.</param>
    public void Load(IStateReader reader, string prefix, Device device)
    {
        Clear();
        long[] shape = new long[3];
        reader.Read($"{prefix}memory/shape", shape);
        for (int i = 0; i < _states.Length && shape[0] > 0; i++)
        {
            float[] values = new float[(int)(shape[0] * shape[1] * shape[2])];
            reader.Read($"{prefix}memory/{i}", values);
            using var loaded = tensor(values, shape);
            _states[i] = DeviceTransfer.To(loaded, device).DetachFromDisposeScope();
        }
    }

    public void Dispose() => Clear();
}
