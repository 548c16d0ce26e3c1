using System.Runtime.InteropServices;

namespace Compression.Torch.Kernels;

/// <summary>Working memory that grows and is kept from call to call: fresh pages cost more than what is written into them.</summary>
internal sealed unsafe class NativeBuffer
{
    private float* _memory;
    private nint _length;

    ~NativeBuffer() => NativeMemory.AlignedFree(_memory);

    /// <summary>Room for so many floats, aligned to 64 bytes; what it holds is undefined, and lost by the next call.</summary>
    internal float* Take(nint length)
    {
        if (length > _length)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);
            _length = length;
        }

        return _memory;
    }
}
