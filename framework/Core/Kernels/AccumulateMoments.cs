using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary><c>sum[i] += c</c> and <c>squares[i] += c²</c> with <c>c = weight · source[i]</c>, in one pass.</summary>
public static unsafe class AccumulateMoments
{
    /// <param name="team">Threads.</param>
    /// <param name="source">What is added.</param>
    /// <param name="weight">Its factor.</param>
    /// <param name="sum">In and out, as many elements.</param>
    /// <param name="squares">In and out, as many elements.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> source, float weight, Span<float> sum, Span<float> squares)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sum.Length, source.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(squares.Length, source.Length);
        fixed (float* from = source, first = sum, second = squares)
        {
            var job = new Job(from, weight, first, second, source.Length);
            team.Run(ref job, Partition.Count(source.Length));
        }
    }

    private readonly struct Job(float* source, float weight, float* sum, float* squares, int length) : IKernelJob
    {
        public void Execute(int part)
        {
            int i = Partition.Start(part), end = i + Partition.LengthOf(part, length);
            for (; i <= end - 16; i += 16)
            {
                var value = Vector512.Load(source + i) * weight;
                (Vector512.Load(sum + i) + value).Store(sum + i);
                (Vector512.Load(squares + i) + (value * value)).Store(squares + i);
            }

            for (; i < end; i++)
            {
                float value = source[i] * weight;
                sum[i] += value;
                squares[i] += value * value;
            }
        }
    }
}
