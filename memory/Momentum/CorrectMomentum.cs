using System.Numerics.Tensors;
using Compression.Core.Kernels;

namespace Compression.Memory.Momentum;

/// <summary>
/// <c>velocity[i] = momentum · velocity[i] + scale · gradient[i]</c>, then <c>sum[i] += velocity[i]</c>, or of Nesterov
/// <c>sum[i] += momentum · velocity[i] + scale · gradient[i]</c>, in one pass.
/// </summary>
public static unsafe class CorrectMomentum
{
    // Small enough that a block of all three buffers stays in the first-level cache between the operations.
    private const int Block = 2048;

    /// <param name="team">Threads.</param>
    /// <param name="velocity">In and out.</param>
    /// <param name="momentum">Factor of the velocity.</param>
    /// <param name="gradient">As many elements.</param>
    /// <param name="scale">Factor of the gradient.</param>
    /// <param name="sum">In and out, as many elements.</param>
    /// <param name="nesterov">The sum takes the step that the velocity is about to make.</param>
    public static void Invoke(ThreadTeam team, Span<float> velocity, float momentum, ReadOnlySpan<float> gradient, float scale, Span<float> sum, bool nesterov)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, velocity.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sum.Length, velocity.Length);
        fixed (float* u = velocity, g = gradient, v = sum)
        {
            var job = new Job(u, g, v, velocity.Length, momentum, scale, nesterov);
            team.Run(ref job, Partition.Count(velocity.Length));
        }
    }

    private readonly struct Job(float* velocity, float* gradient, float* sum, int length, float momentum, float scale, bool nesterov) : IKernelJob
    {
        public void Execute(int part)
        {
            int end = Partition.Start(part) + Partition.LengthOf(part, length);
            for (int start = Partition.Start(part); start < end; start += Block)
            {
                int count = Math.Min(Block, end - start);
                var u = new Span<float>(velocity + start, count);
                var v = new Span<float>(sum + start, count);
                var g = new ReadOnlySpan<float>(gradient + start, count);
                TensorPrimitives.Multiply(u, momentum, u);
                TensorPrimitives.MultiplyAdd(g, scale, u, u);
                if (nesterov)
                {
                    TensorPrimitives.MultiplyAdd(u, momentum, v, v);
                    TensorPrimitives.MultiplyAdd(g, scale, v, v);
                }
                else
                {
                    TensorPrimitives.Add(v, u, v);
                }
            }
        }
    }
}
