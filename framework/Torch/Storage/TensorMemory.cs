using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Storage;

/// <summary>Memory of a contiguous Float32 tensor on the host, for code that knows spans and no tensors. Keeps the tensor alive.</summary>
public sealed unsafe class TensorMemory : MemoryManager<float>
{
    private readonly Tensor _tensor;
    private readonly float* _pointer;
    private readonly int _length;

    /// <param name="tensor">Contiguous, Float32, on the host, at most 2³¹−1 elements; its storage must not be replaced.</param>
    /// <exception cref="ExternalException">The tensor is none such.</exception>
    public TensorMemory(Tensor tensor)
    {
        var elements = MemoryMarshal.Cast<byte, float>(tensor.bytes);
        _tensor = tensor;
        _length = elements.Length;
        fixed (float* pointer = elements)
        {
            _pointer = pointer;
        }
    }

    public override Span<float> GetSpan() => new(_pointer, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_pointer + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => GC.KeepAlive(_tensor);
}
