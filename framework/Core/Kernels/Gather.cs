namespace Compression.Core.Kernels;

/// <summary><c>values[j] = source[indices[j]]</c>.</summary>
public static class Gather
{
    /// <param name="source">What is read.</param>
    /// <param name="indices">Positions in it.</param>
    /// <param name="values">As many elements.</param>
    public static void Invoke(ReadOnlySpan<float> source, ReadOnlySpan<int> indices, Span<float> values)
    {
        values = values[..indices.Length];
        for (int j = 0; j < indices.Length; j++)
        {
            values[j] = source[indices[j]];
        }
    }
}
