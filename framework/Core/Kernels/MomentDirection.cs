using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Adam's moments and direction (Kingma and Ba 2015) in one pass: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², and the direction
/// c₁m / (c₂√v + ε).
/// </summary>
public static unsafe class MomentDirection
{
    /// <param name="team">Threads.</param>
    /// <param name="gradient">g.</param>
    /// <param name="direction">Receives the direction; may be the gradient's own memory.</param>
    /// <param name="first">m.</param>
    /// <param name="second">v.</param>
    /// <param name="rates">β₁, β₂, c₁, c₂ and ε.</param>
    public static void Invoke(
        ThreadTeam team, ReadOnlySpan<float> gradient, Span<float> direction, Span<float> first, Span<float> second, in MomentRates rates)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(direction.Length, gradient.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(first.Length, gradient.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, gradient.Length);
        fixed (float* g = gradient, d = direction, m = first, v = second)
        {
            var job = new Job(g, d, m, v, gradient.Length, rates);
            team.Run(ref job, Partition.Count(gradient.Length));
        }
    }

    private readonly struct Job(float* gradient, float* direction, float* first, float* second, int length, MomentRates rates) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), count = Partition.LengthOf(part, length);
            var g = new ReadOnlySpan<float>(gradient + start, count);
            var d = new Span<float>(direction + start, count);
            var m = new Span<float>(first + start, count);
            var v = new Span<float>(second + start, count);
            var gs = MemoryMarshal.Cast<float, Vector512<float>>(g);
            var ds = MemoryMarshal.Cast<float, Vector512<float>>(d);
            var ms = MemoryMarshal.Cast<float, Vector512<float>>(m);
            var vs = MemoryMarshal.Cast<float, Vector512<float>>(v);
            float fresh1 = 1 - rates.Beta1, fresh2 = 1 - rates.Beta2;
            for (int i = 0; i < gs.Length; i++)
            {
                var one = (ms[i] * rates.Beta1) + (gs[i] * fresh1);
                var two = (vs[i] * rates.Beta2) + (gs[i] * gs[i] * fresh2);
                (ms[i], vs[i]) = (one, two);
                ds[i] = one * rates.Scale1 / ((Vector512.Sqrt(two) * rates.Scale2) + Vector512.Create(rates.Epsilon));
            }

            for (int i = gs.Length * Vector512<float>.Count; i < count; i++)
            {
                m[i] = (m[i] * rates.Beta1) + (g[i] * fresh1);
                v[i] = (v[i] * rates.Beta2) + (g[i] * g[i] * fresh2);
                d[i] = m[i] * rates.Scale1 / ((MathF.Sqrt(v[i]) * rates.Scale2) + rates.Epsilon);
            }
        }
    }
}

/// <summary>What <see cref="MomentDirection"/> computes with.</summary>
/// <param name="Beta1">β₁, decay of the first moment.</param>
/// <param name="Beta2">β₂, decay of the second moment.</param>
/// <param name="Scale1">c₁, 1/(1−β₁ᵗ) where the first moment is corrected for its start from zero, else 1.</param>
/// <param name="Scale2">c₂, 1/√(1−β₂ᵗ) where the second is, else 1.</param>
/// <param name="Epsilon">ε.</param>
public readonly record struct MomentRates(float Beta1, float Beta2, float Scale1, float Scale2, float Epsilon)
{
    /// <summary>Rates of Adam, corrected for the moments' start from zero.</summary>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="first">Steps that the first moment has taken, with this one.</param>
    /// <param name="second">Likewise the second, which may be held.</param>
    public static MomentRates Corrected(double beta1, double beta2, double epsilon, long first, long second) => new(
        (float)beta1, (float)beta2, (float)(1 / (1 - Math.Pow(beta1, first))), (float)(1 / Math.Sqrt(1 - Math.Pow(beta2, second))), (float)epsilon);
}
