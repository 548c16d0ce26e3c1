using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Torch.Kernels;

/// <summary>Square blocks of a matrix, transposed in registers: <c>to[k · pitch + line] = from[line · stride + k]</c>.</summary>
internal static unsafe class TransposeBlock
{
    /// <summary>Lines of the largest block that this processor's instructions turn.</summary>
    internal static int Largest => Avx512F.IsSupported ? 16 : Avx.IsSupported ? 8 : Sse.IsSupported ? 4 : 1;

    /// <summary>Lines of the next smaller block.</summary>
    internal static int Smaller(int block) => block > 4 ? 4 : 1;

    /// <summary>Transposes a line of blocks.</summary>
    /// <param name="block">Lines of a block: 16, 8, 4 or 1, at most <see cref="Largest"/>.</param>
    /// <param name="from">The first block.</param>
    /// <param name="stride">Elements from a line to the next.</param>
    /// <param name="depth">Elements of a line, a multiple of the block.</param>
    /// <param name="to">Where the first block goes.</param>
    /// <param name="pitch">Elements between the columns' elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RunLine(int block, float* from, nint stride, int depth, float* to, nint pitch)
    {
        for (int k = 0; k < depth; k += block)
        {
            switch (block)
            {
                case 16: Run16(from + k, stride, to + (k * pitch), pitch); break;
                case 8: Run8(from + k, stride, to + (k * pitch), pitch); break;
                case 4: Run4(from + k, stride, to + (k * pitch), pitch); break;
                default: to[k * pitch] = from[k]; break;
            }
        }
    }

    // Four lines each become four vectors, whose quarter q holds the elements 4q + i of the four; then quarters are exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run16(float* from, nint stride, float* to, nint pitch)
    {
        Quarters16(from, stride, out var a0, out var a1, out var a2, out var a3);
        Quarters16(from + (4 * stride), stride, out var b0, out var b1, out var b2, out var b3);
        Quarters16(from + (8 * stride), stride, out var c0, out var c1, out var c2, out var c3);
        Quarters16(from + (12 * stride), stride, out var d0, out var d1, out var d2, out var d3);
        Store16(a0, b0, c0, d0, to, pitch);
        Store16(a1, b1, c1, d1, to + pitch, pitch);
        Store16(a2, b2, c2, d2, to + (2 * pitch), pitch);
        Store16(a3, b3, c3, d3, to + (3 * pitch), pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters16(
        float* from, nint stride, out Vector512<float> first, out Vector512<float> second, out Vector512<float> third, out Vector512<float> fourth)
    {
        Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + stride), c = Vector512.Load(from + (2 * stride)), d = Vector512.Load(from + (3 * stride));
        Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble(), abHigh = Avx512F.UnpackHigh(a, b).AsDouble();
        Vector512<double> cdLow = Avx512F.UnpackLow(c, d).AsDouble(), cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
        first = Avx512F.UnpackLow(abLow, cdLow).AsSingle();
        second = Avx512F.UnpackHigh(abLow, cdLow).AsSingle();
        third = Avx512F.UnpackLow(abHigh, cdHigh).AsSingle();
        fourth = Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle();
    }

    // Rows 0, 4, 8 and 12 from here: each takes one quarter of all four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store16(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint pitch)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        Vector512<float> abEven = Avx512F.Shuffle4x128(a, b, Even), abOdd = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> cdEven = Avx512F.Shuffle4x128(c, d, Even), cdOdd = Avx512F.Shuffle4x128(c, d, Odd);
        Avx512F.Shuffle4x128(abEven, cdEven, Even).Store(to);
        Avx512F.Shuffle4x128(abOdd, cdOdd, Even).Store(to + (4 * pitch));
        Avx512F.Shuffle4x128(abEven, cdEven, Odd).Store(to + (8 * pitch));
        Avx512F.Shuffle4x128(abOdd, cdOdd, Odd).Store(to + (12 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run8(float* from, nint stride, float* to, nint pitch)
    {
        Quarters8(from, stride, out var a0, out var a1, out var a2, out var a3);
        Quarters8(from + (4 * stride), stride, out var b0, out var b1, out var b2, out var b3);
        Store8(a0, b0, to, pitch);
        Store8(a1, b1, to + pitch, pitch);
        Store8(a2, b2, to + (2 * pitch), pitch);
        Store8(a3, b3, to + (3 * pitch), pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters8(
        float* from, nint stride, out Vector256<float> first, out Vector256<float> second, out Vector256<float> third, out Vector256<float> fourth)
    {
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + stride), c = Vector256.Load(from + (2 * stride)), d = Vector256.Load(from + (3 * stride));
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), abHigh = Avx.UnpackHigh(a, b).AsDouble();
        Vector256<double> cdLow = Avx.UnpackLow(c, d).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        first = Avx.UnpackLow(abLow, cdLow).AsSingle();
        second = Avx.UnpackHigh(abLow, cdLow).AsSingle();
        third = Avx.UnpackLow(abHigh, cdHigh).AsSingle();
        fourth = Avx.UnpackHigh(abHigh, cdHigh).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store8(Vector256<float> a, Vector256<float> b, float* to, nint pitch)
    {
        Avx.Permute2x128(a, b, 0x20).Store(to);
        Avx.Permute2x128(a, b, 0x31).Store(to + (4 * pitch));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run4(float* from, nint stride, float* to, nint pitch)
    {
        Vector128<float> a = Vector128.Load(from), b = Vector128.Load(from + stride), c = Vector128.Load(from + (2 * stride)), d = Vector128.Load(from + (3 * stride));
        Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b), cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
        Sse.MoveLowToHigh(abLow, cdLow).Store(to);
        Sse.MoveHighToLow(cdLow, abLow).Store(to + pitch);
        Sse.MoveLowToHigh(abHigh, cdHigh).Store(to + (2 * pitch));
        Sse.MoveHighToLow(cdHigh, abHigh).Store(to + (3 * pitch));
    }
}
