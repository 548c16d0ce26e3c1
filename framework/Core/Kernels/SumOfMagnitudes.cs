using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Σ|values[i]|, in double precision; NaN or Inf in, NaN or Inf out.</summary>
public static class SumOfMagnitudes
{
    /// <param name="team">Threads.</param>
    /// <param name="values">Any length.</param>
    public static double Invoke(ThreadTeam team, ReadOnlySpan<float> values) => PartSums.Invoke<Reduction>(team, values);

    private readonly struct Reduction : IPartReduction
    {
        public double Reduce(ReadOnlySpan<float> part)
        {
            var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
            var vectors = MemoryMarshal.Cast<float, Vector512<float>>(part);
            foreach (var vector in vectors)
            {
                var (first, second) = Vector512.Widen(Vector512.Abs(vector));
                low += first;
                high += second;
            }

            double sum = Vector512.Sum(low + high);
            foreach (float value in part[(vectors.Length * Vector512<float>.Count)..])
            {
                sum += Math.Abs((double)value);
            }

            return sum;
        }
    }
}
