using System.Numerics.Tensors;

namespace Compression.Core.Kernels;

/// <summary><c>values[i] *= factor</c>.</summary>
public static unsafe class Scale
{
    /// <param name="team">Threads.</param>
    /// <param name="values">In and out.</param>
    /// <param name="factor">The factor.</param>
    public static void Invoke(ThreadTeam team, Span<float> values, float factor)
    {
        if (factor == 1)
        {
            return;
        }

        fixed (float* pointer = values)
        {
            var job = new Job(pointer, values.Length, factor);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    private readonly struct Job(float* values, int length, float factor) : IKernelJob
    {
        public void Execute(int part)
        {
            var span = new Span<float>(values + Partition.Start(part), Partition.LengthOf(part, length));
            TensorPrimitives.Multiply(span, factor, span);
        }
    }
}
