using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void CopyColumns(float* from, nint stride, nint step, int lines, int depth, float* to, nint pitch)
    {
        int block = step == 1 ? TransposeBlock.Size : 0, line = 0;
        for (; block > 0 && line <= lines - block; line += block)
        {
            int k = 0;
            for (; k <= depth - block; k += block)
            {
                TransposeBlock.Run(from + (line * stride) + k, stride, to + (k * pitch) + line, pitch);
            }

            Rest(line, line + block, k);
        }

        Rest(line, lines, 0);

        void Rest(int firstLine, int lastLine, int firstK)
        {
            for (int k = firstK; k < depth; k++)
            {
                for (int i = firstLine; i < lastLine; i++)
                {
                    to[(k * pitch) + i] = from[(i * stride) + (k * step)];
                }
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
}
