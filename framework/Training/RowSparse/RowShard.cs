using Compression.Torch.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.RowSparse;

/// <summary>Some rows of a table, with what Adagrad keeps of each.</summary>
internal sealed class RowShard : IDisposable
{
    private readonly TensorMemory _values;
    private readonly TensorMemory? _sums;

    /// <param name="length">Rows.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="initialSum">Where Adagrad's sums begin; null for rows that are only read.</param>
    public RowShard(int length, int width, float? initialSum)
    {
        Values = zeros(length, width).DetachFromDisposeScope();
        _values = new TensorMemory(Values);
        if (initialSum is { } sum)
        {
            Sums = torch.full([length, width], sum).DetachFromDisposeScope();
            _sums = new TensorMemory(Sums);
        }
    }

    /// <summary>[length, width].</summary>
    public Tensor Values { get; }

    /// <summary>Sums of squared gradients, [length, width].</summary>
    public Tensor? Sums { get; }

    public Span<float> AllValues => _values.GetSpan();

    public Span<float> AllSums => _sums is null ? [] : _sums.GetSpan();

    public void Dispose()
    {
        Values.Dispose();
        Sums?.Dispose();
    }
}
