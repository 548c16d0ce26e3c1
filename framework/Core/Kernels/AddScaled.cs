using System.Numerics.Tensors;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] = beta · destination[i] + gamma · source[i]</c>.</summary>
public static unsafe class AddScaled
{
    /// <param name="team">Threads.</param>
    /// <param name="destination">In and out.</param>
    /// <param name="beta">Factor of the destination.</param>
    /// <param name="source">As many elements.</param>
    /// <param name="gamma">Factor of the source.</param>
    public static void Invoke(ThreadTeam team, Span<float> destination, float beta, ReadOnlySpan<float> source, float gamma)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, destination.Length);
        fixed (float* to = destination, from = source)
        {
            var job = new Job(to, from, destination.Length, beta, gamma);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(float* destination, float* source, int length, float beta, float gamma) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), count = Partition.LengthOf(part, length);
            var to = new Span<float>(destination + start, count);
            var from = new ReadOnlySpan<float>(source + start, count);
            if (beta == 1 && gamma == 1)
            {
                TensorPrimitives.Add(to, from, to);
            }
            else
            {
                // βd + γs, rounded as written: scale, then one multiply and one add.
                TensorPrimitives.Multiply(to, beta, to);
                if (gamma == 1)
                {
                    TensorPrimitives.Add(to, from, to);
                }
                else
                {
                    TensorPrimitives.MultiplyAdd(from, gamma, to, to);
                }
            }
        }
    }
}
