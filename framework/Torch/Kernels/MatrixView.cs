namespace Compression.Torch.Kernels;

/// <summary>A matrix read through two strides, in elements: element (i, j) is <c>Data[i · RowStride + j · ColumnStride]</c>.</summary>
internal readonly unsafe struct MatrixView(float* data, nint rowStride, nint columnStride)
{
    internal float* Data { get; } = data;

    internal nint RowStride { get; } = rowStride;

    internal nint ColumnStride { get; } = columnStride;

    internal MatrixView Transposed => new(Data, ColumnStride, RowStride);

    /// <summary>Rows of <paramref name="columns"/> elements one behind the other.</summary>
    internal static MatrixView RowMajor(float* data, nint columns) => new(data, columns, 1);

    /// <summary>The same matrix from (row, column) on.</summary>
    internal MatrixView From(nint row, nint column) => new(Data + (row * RowStride) + (column * ColumnStride), RowStride, ColumnStride);
}
