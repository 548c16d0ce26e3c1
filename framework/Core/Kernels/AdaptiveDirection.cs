using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>Adagrad's sum and direction (Duchi et al. 2011) in one pass: s ← s + g², and the direction g / (√s + ε).</summary>
public static unsafe class AdaptiveDirection
{
    /// <param name="team">Threads.</param>
    /// <param name="gradient">g.</param>
    /// <param name="direction">Receives the direction; may be the gradient's own memory.</param>
    /// <param name="sum">s.</param>
    /// <param name="epsilon">ε.</param>
    public static void Invoke(ThreadTeam team, ReadOnlySpan<float> gradient, Span<float> direction, Span<float> sum, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(direction.Length, gradient.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sum.Length, gradient.Length);
        fixed (float* g = gradient, d = direction, s = sum)
        {
            var job = new Job(g, d, s, gradient.Length, epsilon);
            team.Run(ref job, Partition.Count(gradient.Length));
        }
    }

    private readonly struct Job(float* gradient, float* direction, float* sum, int length, float epsilon) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), count = Partition.LengthOf(part, length);
            var g = new ReadOnlySpan<float>(gradient + start, count);
            var d = new Span<float>(direction + start, count);
            var s = new Span<float>(sum + start, count);
            var gs = MemoryMarshal.Cast<float, Vector512<float>>(g);
            var ds = MemoryMarshal.Cast<float, Vector512<float>>(d);
            var ss = MemoryMarshal.Cast<float, Vector512<float>>(s);
            for (int i = 0; i < gs.Length; i++)
            {
                ss[i] += gs[i] * gs[i];
                ds[i] = gs[i] / (Vector512.Sqrt(ss[i]) + Vector512.Create(epsilon));
            }

            for (int i = gs.Length * Vector512<float>.Count; i < count; i++)
            {
                s[i] += g[i] * g[i];
                d[i] = g[i] / (MathF.Sqrt(s[i]) + epsilon);
            }
        }
    }
}
