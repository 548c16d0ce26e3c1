using System.Runtime.Intrinsics;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>
/// <c>C = [C +] alpha · A·B [+ bias]</c>, and ReLU where asked, in float32. C is cut into tiles that one thread each sums up in the order
/// of the depth, so that neither the number of threads nor the width of vectors changes a bit.
/// </summary>
/// <remarks>The blocking is Goto's (Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication").</remarks>
internal unsafe struct MatrixProduct(MatrixView a, MatrixView b, int rows, int columns, int depth, float* c, nint cRow)
{
    // A packed panel of B (depth × panel) stays in the second-level cache, all panels of a block in the last.
    private const int BlockDepth = 352;
    private const int BlockColumns = 2048;

    // Most rows of a packed block of A: half of a second-level cache.
    private const int BlockRows = 420;

    // Less than this many operations are not worth a second thread: some 10 microseconds.
    private const double WorthAThread = 1e6;

    // Rows this far apart fall into the same few places of a first-level cache.
    private const int ConflictingStride = 1024;

    [ThreadStatic]
    private static NativeBuffer? s_left;

    [ThreadStatic]
    private static NativeBuffer? s_right;

    /// <summary>A, rows × depth.</summary>
    internal MatrixView A = a;

    /// <summary>B, depth × columns.</summary>
    internal MatrixView B = b;

    internal int Rows = rows, Columns = columns, Depth = depth;

    /// <summary>C, whose rows are <see cref="CRow"/> elements apart; not A or B.</summary>
    internal float* C = c;

    internal nint CRow = cRow;

    /// <summary>Factor of the product.</summary>
    internal float Alpha = 1;

    /// <summary>Whether C is added to.</summary>
    internal bool Accumulate;

    /// <summary>Added to each row, [columns]; null for none.</summary>
    internal float* Bias;

    /// <summary>Whether negative results become 0.</summary>
    internal bool Relu;

    /// <summary>Computes it.</summary>
    internal readonly void Run(ThreadTeam team)
    {
        double operations = 2.0 * Rows * Columns * Depth;
        var threads = operations < 2 * WorthAThread ? ThreadTeam.Single : team;
        int pieces = Math.Max(1, (Depth + BlockDepth - 1) / BlockDepth);
        s_right ??= new NativeBuffer();
        for (int column = 0; column < Columns; column += BlockColumns)
        {
            int columns = Math.Min(BlockColumns, Columns - column);
            for (int piece = 0; piece < pieces; piece++)
            {
                int first = PieceStart(piece, pieces), depth = PieceStart(piece + 1, pieces) - first;
                float* right = s_right.Take(PackedPanels.Size(depth, columns));
                PackedPanels.Pack(threads, B.From(first, column), depth, columns, right);
                var multiply = new MultiplyJob(Of(column, columns, first, depth, isFirst: piece == 0, isLast: piece == pieces - 1), right, threads.Threads);
                threads.Run(ref multiply, multiply.Parts);
            }
        }
    }

    // Pieces begin where blocks of a transposition do.
    private readonly int PieceStart(int piece, int pieces) => piece == pieces ? Depth : (int)((long)Depth * piece / pieces) & ~15;

    // The part of the product that one packed block of B has.
    private readonly MatrixProduct Of(int column, int columns, int first, int depth, bool isFirst, bool isLast) => this with
    {
        A = A.From(0, first),
        B = default,
        Columns = columns,
        Depth = depth,
        C = C + column,
        Accumulate = Accumulate || !isFirst,
        Bias = Bias == null || !isLast ? null : Bias + column,
        Relu = Relu && isLast,
    };

    // Parts are rectangles of C: groups of blocks of rows, and of panels where the rows are few.
    private readonly struct MultiplyJob : IKernelJob
    {
        private const int PartsOfThread = 4;

        private readonly MatrixProduct _product;
        private readonly float* _right;
        private readonly int _blocks;
        private readonly int _rowParts;
        private readonly int _columnParts;
        private readonly bool _packsLeft;

        public MultiplyJob(in MatrixProduct product, float* right, int threads)
        {
            _product = product;
            _right = right;
            _blocks = MatrixTiles.Blocks(product.Rows);
            int wanted = threads == 1 ? 1 : threads * PartsOfThread;
            _rowParts = Math.Min(_blocks, Math.Max(wanted, (product.Rows + BlockRows - 1) / BlockRows));
            _columnParts = Math.Min(MatrixTiles.Panels(product.Columns), Math.Max(1, wanted / _rowParts));
            _packsLeft = product.A.ColumnStride != 1 || product.A.RowStride % ConflictingStride == 0;
        }

        public int Parts => _rowParts * _columnParts;

        public void Execute(int part)
        {
            int rowPart = part / _columnParts, columnPart = part % _columnParts;
            int firstBlock = (int)((long)_blocks * rowPart / _rowParts), lastBlock = (int)((long)_blocks * (rowPart + 1) / _rowParts);
            int panels = MatrixTiles.Panels(_product.Columns), panel = MatrixTiles.Panel;
            int firstPanel = panels * columnPart / _columnParts, lastPanel = panels * (columnPart + 1) / _columnParts;
            int firstRow = RowOf(firstBlock);
            float* left = _packsLeft ? PackLeft(firstBlock, lastBlock) : null;
            var task = new TileTask
            {
                Depth = _product.Depth,
                CRow = _product.CRow,
                Alpha = _product.Alpha,
                Accumulate = _product.Accumulate,
                Relu = _product.Relu,
            };
            for (int p = firstPanel; p < lastPanel; p++)
            {
                int column = p * panel;
                task.Columns = Math.Min(panel, _product.Columns - column);
                task.B = _right + ((nint)column * _product.Depth);
                task.Bias = _product.Bias == null ? null : _product.Bias + column;
                for (int block = firstBlock; block < lastBlock; block++)
                {
                    int row = RowOf(block);
                    task.Rows = RowOf(block + 1) - row;
                    task.A = _packsLeft ? left + ((nint)(row - firstRow) * _product.Depth) : _product.A.Data + (row * _product.A.RowStride);
                    (task.ARow, task.ADepth) = _packsLeft ? (1, task.Rows) : (_product.A.RowStride, 1);
                    task.C = _product.C + (row * _product.CRow) + column;
                    MatrixTiles.Run(task);
                }
            }
        }

        private int RowOf(int block) => MatrixTiles.BlockStart(_product.Rows, _blocks, block);

        // Blocks one behind the other, each depth × its rows.
        private float* PackLeft(int firstBlock, int lastBlock)
        {
            int firstRow = RowOf(firstBlock), depth = _product.Depth;
            float* packed = (s_left ??= new NativeBuffer()).Take(((nint)(RowOf(lastBlock) - firstRow) * depth) + Vector512<float>.Count);
            for (int block = firstBlock; block < lastBlock; block++)
            {
                int row = RowOf(block), rows = RowOf(block + 1) - row;
                float* to = packed + ((nint)(row - firstRow) * depth);
                if (_product.A.RowStride == 1)
                {
                    CopyRuns(_product.A.Data + row, _product.A.ColumnStride, rows, _product.Rows - row, to);
                }
                else
                {
                    PackedPanels.CopyColumns(_product.A.Data + (row * _product.A.RowStride), _product.A.RowStride, _product.A.ColumnStride, rows, depth, to, rows);
                }
            }

            return packed;
        }

        // Runs of a few floats: whole vectors where the source has them, whose surplus the next run overwrites.
        private void CopyRuns(float* from, nint stride, int rows, int readable, float* to)
        {
            for (int k = 0; k < _product.Depth; k++, from += stride, to += rows)
            {
                if (readable >= Vector512<float>.Count)
                {
                    Vector512.Load(from).Store(to);
                }
                else
                {
                    new ReadOnlySpan<float>(from, rows).CopyTo(new Span<float>(to, rows));
                }
            }
        }
    }
}
