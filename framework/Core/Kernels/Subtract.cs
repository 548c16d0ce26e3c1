using System.Numerics.Tensors;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] = left[i] − right[i]</c>.</summary>
public static unsafe class Subtract
{
    /// <param name="team">Threads.</param>
    /// <param name="left">From this.</param>
    /// <param name="right">As many elements.</param>
    /// <param name="destination">As many elements.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(left.Length, destination.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, destination.Length);
        fixed (float* a = left, b = right, to = destination)
        {
            var job = new Job(a, b, to, destination.Length);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(float* left, float* right, float* destination, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), count = Partition.LengthOf(part, length);
            TensorPrimitives.Subtract(
                new ReadOnlySpan<float>(left + start, count), new ReadOnlySpan<float>(right + start, count), new Span<float>(destination + start, count));
        }
    }
}
