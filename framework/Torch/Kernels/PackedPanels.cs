using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// The right factor of a product as the tiles read it: panels of <see cref="MatrixTiles.Panel"/> columns, each row by row, the last one
/// filled up with zeros.
/// </summary>
internal static unsafe class PackedPanels
{
    /// <summary>Floats of the panels of a matrix.</summary>
    internal static nint Size(int depth, int columns) => (nint)MatrixTiles.Panels(columns) * MatrixTiles.Panel * depth;

    /// <summary>Packs a matrix.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="b">The matrix; one of its strides is 1.</param>
    /// <param name="depth">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="packed">Out: <see cref="Size"/> floats.</param>
    internal static void Pack(ThreadTeam team, MatrixView b, int depth, int columns, float* packed)
    {
        var job = new PackJob(b, depth, columns, packed);
        team.Run(ref job, job.Parts);
    }

    // From the panel's first column on.
    private static void PackPanel(MatrixView b, int depth, int columns, float* packed)
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
        if (step == 1)
        {
            CopyBlocks(TransposeBlock.Largest, from, stride, lines, depth, to, pitch);
            return;
        }

        for (int line = 0; line < lines; line++)
        {
            for (int k = 0; k < depth; k++)
            {
                to[(k * pitch) + line] = from[(line * stride) + (k * step)];
            }
        }
    }

    // What the blocks leave over at either side is cut into smaller ones.
    private static void CopyBlocks(int block, float* from, nint stride, int lines, int depth, float* to, nint pitch)
    {
        int wholeLines = lines - (lines % block), wholeDepth = depth - (depth % block);
        for (int line = 0; line < wholeLines; line += block)
        {
            TransposeBlock.RunLine(block, from + (line * stride), stride, wholeDepth, to + line, pitch);
        }

        if (wholeDepth < depth && wholeLines > 0)
        {
            CopyBlocks(TransposeBlock.Smaller(block), from + wholeDepth, stride, wholeLines, depth - wholeDepth, to + (wholeDepth * pitch), pitch);
        }

        if (wholeLines < lines)
        {
            CopyBlocks(TransposeBlock.Smaller(block), from + (wholeLines * stride), stride, lines - wholeLines, depth, to + wholeLines, pitch);
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

    private readonly struct PackJob(MatrixView b, int depth, int columns, float* packed) : IKernelJob
    {
        private const int PanelsOfPart = 4;

        public int Parts => (MatrixTiles.Panels(columns) + PanelsOfPart - 1) / PanelsOfPart;

        public void Execute(int part)
        {
            int panel = MatrixTiles.Panel, end = Math.Min(columns, (part + 1) * PanelsOfPart * panel);
            for (int column = part * PanelsOfPart * panel; column < end; column += panel)
            {
                PackPanel(b.From(0, column), depth, Math.Min(panel, columns - column), packed + ((nint)column * depth));
            }
        }
    }
}
