using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Compression.Torch.Kernels;

/// <summary>
/// The right factor of a product as the tiles read it: panels of <see cref="MatrixTiles.Panel"/> columns, each row by row, the last one
/// filled up with zeros.
/// </summary>
internal static unsafe class PackedPanels
{
    /// <summary>Floats of the panels of a matrix.</summary>
    internal static nint Size(int depth, int columns) => (nint)MatrixTiles.Panels(columns) * MatrixTiles.Panel * depth;

    /// <summary>Packs one panel.</summary>
    /// <param name="b">The matrix from the panel's first column on; one of its strides is 1.</param>
    /// <param name="depth">Its rows.</param>
    /// <param name="columns">Columns of this panel.</param>
    /// <param name="packed">Out: depth × panel.</param>
    internal static void Pack(MatrixView b, int depth, int columns, float* packed)
    {
        int panel = MatrixTiles.Panel;
        if (columns < panel)
        {
            new Span<float>(packed, depth * panel).Clear();
        }

        if (b.ColumnStride == 1)
        {
            CopyRows(b, depth, columns, packed, panel);
        }
        else
        {
            CopyColumns(b.Data, b.ColumnStride, b.RowStride, columns, depth, packed, panel);
        }
    }

    /// <summary>Writes lines as columns: <c>to[k · pitch + line] = from[line · stride + k · step]</c>.</summary>
    internal static void CopyColumns(float* from, nint stride, nint step, int lines, int depth, float* to, nint pitch)
    {
        int line = 0;
        if (Sse.IsSupported && step == 1)
        {
            for (; line <= lines - 4; line += 4)
            {
                CopyFourColumns(from + (line * stride), stride, depth, to + line, pitch);
            }
        }

        for (; line < lines; line++)
        {
            float* source = from + (line * stride);
            for (int k = 0; k < depth; k++)
            {
                to[(k * pitch) + line] = source[k * step];
            }
        }
    }

    private static void CopyRows(MatrixView b, int depth, int columns, float* packed, int panel)
    {
        for (int k = 0; k < depth; k++)
        {
            float* from = b.Data + (k * b.RowStride), to = packed + (k * (nint)panel);
            if (columns == panel)
            {
                for (int j = 0; j < panel; j += Vector512<float>.Count)
                {
                    Vector512.Load(from + j).Store(to + j);
                }
            }
            else
            {
                new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
            }
        }
    }

    // Transposes blocks of 4 × 4.
    private static void CopyFourColumns(float* from, nint stride, int depth, float* to, nint pitch)
    {
        float* from1 = from + stride, from2 = from1 + stride, from3 = from2 + stride;
        int k = 0;
        for (; k <= depth - 4; k += 4)
        {
            Vector128<float> a = Vector128.Load(from + k), b = Vector128.Load(from1 + k), c = Vector128.Load(from2 + k), d = Vector128.Load(from3 + k);
            Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b), cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
            Sse.MoveLowToHigh(abLow, cdLow).Store(to + (k * pitch));
            Sse.MoveHighToLow(cdLow, abLow).Store(to + ((k + 1) * pitch));
            Sse.MoveLowToHigh(abHigh, cdHigh).Store(to + ((k + 2) * pitch));
            Sse.MoveHighToLow(cdHigh, abHigh).Store(to + ((k + 3) * pitch));
        }

        for (; k < depth; k++)
        {
            float* row = to + (k * pitch);
            (row[0], row[1], row[2], row[3]) = (from[k], from1[k], from2[k], from3[k]);
        }
    }
}
