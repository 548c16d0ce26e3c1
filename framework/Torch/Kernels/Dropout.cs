using System.Numerics.Tensors;
using Compression.Core.Kernels;

namespace Compression.Torch.Kernels;

/// <summary>Masks of dropout, and products with them.</summary>
internal static unsafe class Dropout
{
    // A multiple of what a block of the generator gives.
    private const int PartLength = 16 * 1024;
    private const int RowsAtOnce = int.MaxValue / PartLength;

    /// <summary>Writes factors: 0 with the probability, else 1 / (1 − probability).</summary>
    internal static void Fill(ThreadTeam team, ulong key, double probability, float* mask, long length)
    {
        // Spans are of at most 2³¹ elements.
        int rows = (int)(length / PartLength), rest = (int)(length % PartLength);
        for (int first = 0; first < rows; first += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, rows - first);
            Rows(key, first, count, PartLength, mask + ((nint)first * PartLength));
        }

        if (rest > 0)
        {
            // A row of another width counts its blocks otherwise: with the same key it would draw again what others have drawn.
            Rows(~key, 0, 1, rest, mask + ((nint)rows * PartLength));
        }

        void Rows(ulong rowsKey, int first, int count, int width, float* to) => DropoutMask.Invoke(
            team, rowsKey, probability, new DropoutMask.BatchPart(first, count, 0, 1, 1, width), new Span<float>(to, count * width));
    }

    /// <summary><c>result[i] = values[i] · mask[i]</c>.</summary>
    internal static void Multiply(ThreadTeam team, float* values, float* mask, float* result, long length)
    {
        var job = new Product(values, mask, result, length);
        team.Run(ref job, (int)((length + PartLength - 1) / PartLength));
    }

    private readonly struct Product(float* values, float* mask, float* result, long length) : IKernelJob
    {
        public void Execute(int part)
        {
            long start = (long)part * PartLength;
            int count = (int)Math.Min(PartLength, length - start);
            TensorPrimitives.Multiply(
                new ReadOnlySpan<float>(values + start, count), new ReadOnlySpan<float>(mask + start, count), new Span<float>(result + start, count));
        }
    }
}
