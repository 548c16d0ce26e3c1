using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Compression.Core.Pipeline;

namespace Compression.Core.Kernels;

/// <summary>Rounds float32 to the nearest 16-bit number, ties to even; beyond the range to infinity, NaN to NaN.</summary>
public static unsafe class RoundTo16
{
    /// <param name="team">Threads.</param>
    /// <param name="values">What is rounded.</param>
    /// <param name="narrow">As many elements.</param>
    /// <param name="format">Float16 or bfloat16.</param>
    public static void Invoke(KernelTeam team, ReadOnlySpan<float> values, Span<ushort> narrow, DenseFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(narrow.Length, values.Length);
        fixed (float* from = values)
        fixed (ushort* to = narrow)
        {
            var job = new Job(from, to, values.Length, format);
            team.Run(ref job, Partition.Count(values.Length));
        }
    }

    private readonly struct Job(float* values, ushort* narrow, int length, DenseFormat format) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            if (format == DenseFormat.Float16)
            {
                TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(values + start, end - start), new Span<Half>(narrow + start, end - start));
                return;
            }

            int i = start;
            for (; i <= end - 32; i += 32)
            {
                var low = Round(Vector512.Load((uint*)values + i));
                var high = Round(Vector512.Load((uint*)values + i + 16));
                Vector512.Narrow(low, high).Store(narrow + i);
            }

            for (; i < end; i++)
            {
                narrow[i] = (ushort)Round(Vector512.CreateScalar(((uint*)values)[i]))[0];
            }
        }

        // Half a unit of the last kept bit, less one where that bit is even, carries up exactly where rounding to nearest does.
        private static Vector512<uint> Round(Vector512<uint> bits)
        {
            var upper = bits >> 16;
            var rounded = (bits + Vector512.Create(0x7FFFu) + (upper & Vector512<uint>.One)) >> 16;
            var isNaN = Vector512.GreaterThan(bits & Vector512.Create(0x7FFFFFFFu), Vector512.Create(0x7F800000u));
            return Vector512.ConditionalSelect(isNaN, upper | Vector512.Create(0x40u), rounded);
        }
    }
}
