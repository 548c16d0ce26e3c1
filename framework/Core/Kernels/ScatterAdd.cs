using Compression.Core.Payloads;

namespace Compression.Core.Kernels;

/// <summary><c>destination[indices[j]] += scale · values[j]</c>, in order of j.</summary>
public static class ScatterAdd
{
    /// <param name="destination">The sum.</param>
    /// <param name="indices">Positions, below <c>destination.Length</c>.</param>
    /// <param name="values">As many values.</param>
    /// <param name="scale">Factor of every value.</param>
    /// <exception cref="PayloadException">An index lies outside; entries before it were added.</exception>
    public static void Invoke(Span<float> destination, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, float scale)
    {
        values = values[..indices.Length];
        for (int j = 0; j < indices.Length; j++)
        {
            int index = indices[j];
            if ((uint)index >= (uint)destination.Length)
            {
                throw new PayloadException($"Index {index} lies outside the slot of {destination.Length} elements.");
            }

            destination[index] += scale * values[j];
        }
    }
}
