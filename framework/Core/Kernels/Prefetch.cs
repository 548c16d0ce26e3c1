using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Compression.Core.Kernels;

/// <summary>Asks for a cache line before it is needed: while a kernel computes, or reads several streams, the hardware alone is late.</summary>
public static unsafe class Prefetch
{
    /// <summary>Asks for the line of an address, which need not be valid. Nothing happens where there is no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>Asks for 64 floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block(float* address)
    {
        Line(address);
        Line(address + 16);
        Line(address + 32);
        Line(address + 48);
    }
}
