using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Compression.Core.Pipeline;

namespace Compression.Core.Kernels;

/// <summary><c>destination[i] += narrow[i]</c>, with 16-bit numbers widened to float32, which is exact.</summary>
public static unsafe class AddFrom16
{
    private const int Block = 1024;

    /// <param name="team">Threads.</param>
    /// <param name="narrow">What is added.</param>
    /// <param name="destination">As many elements.</param>
    /// <param name="format">Float16 or bfloat16.</param>
    public static void Invoke(KernelTeam team, ReadOnlySpan<ushort> narrow, Span<float> destination, DenseFormat format)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(narrow.Length, destination.Length);
        fixed (ushort* from = narrow)
        fixed (float* to = destination)
        {
            var job = new Job(from, to, destination.Length, format);
            team.Run(ref job, Partition.Count(destination.Length));
        }
    }

    private readonly struct Job(ushort* narrow, float* destination, int length, DenseFormat format) : IKernelJob
    {
        public void Execute(int part)
        {
            int start = Partition.Start(part), end = start + Partition.LengthOf(part, length);
            if (format == DenseFormat.Float16)
            {
                AddHalves(start, end);
                return;
            }

            int i = start;
            for (; i <= end - 32; i += 32)
            {
                var (low, high) = Vector512.Widen(Vector512.Load(narrow + i));
                (Vector512.Load(destination + i) + (low << 16).AsSingle()).Store(destination + i);
                (Vector512.Load(destination + i + 16) + (high << 16).AsSingle()).Store(destination + i + 16);
            }

            for (; i < end; i++)
            {
                destination[i] += BitConverter.UInt32BitsToSingle((uint)narrow[i] << 16);
            }
        }

        private void AddHalves(int start, int end)
        {
            Span<float> wide = stackalloc float[Block];
            for (; start < end; start += Block)
            {
                int count = Math.Min(Block, end - start);
                TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(narrow + start, count), wide);
                var to = new Span<float>(destination + start, count);
                TensorPrimitives.Add(to, wide[..count], to);
            }
        }
    }
}
