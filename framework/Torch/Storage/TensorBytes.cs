using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compression.Torch.Storage;

/// <summary>The bytes of a contiguous tensor on the host, for messages. Keeps the tensor alive, and disposes of it when it is disposed.</summary>
public sealed unsafe class TensorBytes : MemoryManager<byte>
{
    private readonly byte* _pointer;
    private readonly int _length;

    /// <param name="tensor">Contiguous, on the host, below 2³¹ bytes.</param>
    /// <exception cref="ExternalException">The tensor is none such.</exception>
    public TensorBytes(Tensor tensor)
    {
        var bytes = tensor.bytes;
        Tensor = tensor;
        _length = bytes.Length;
        fixed (byte* pointer = bytes)
        {
            _pointer = pointer;
        }
    }

    /// <summary>The tensor itself.</summary>
    public Tensor Tensor { get; }

    public override Span<byte> GetSpan() => new(_pointer, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_pointer + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Tensor.Dispose();
        }
    }
}
