using Compression.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Training.RowSparse;

/// <summary>Some rows of a table, with what Adagrad keeps of each.</summary>
internal sealed class RowShard : IDisposable
{
    private readonly TensorMemory _values;
    private readonly TensorMemory _sums;

    /// <param name="length">Rows.</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="initialSum">Where Adagrad's sums begin.</param>
    public RowShard(int length, int width, float initialSum)
    {
        Values = zeros(length, width).DetachFromDisposeScope();
        Sums = torch.full([length, width], initialSum).DetachFromDisposeScope();
        (_values, _sums) = (new TensorMemory(Values), new TensorMemory(Sums));
    }

    /// <summary>[length, width].</summary>
    public Tensor Values { get; }

    /// <summary>Sums of squared gradients, [length, width].</summary>
    public Tensor Sums { get; }

    public Span<float> AllValues => _values.GetSpan();

    public Span<float> AllSums => _sums.GetSpan();

    public void Dispose()
    {
        Values.Dispose();
        Sums.Dispose();
    }
}
