using System.Runtime.Intrinsics;

namespace Compression.Core.Kernels;

/// <summary>
/// Factors of inverted dropout (Srivastava et al. 2014) by counter: 0 with probability p, else 1/(1 − p). The factor of unit j in column b
/// at time step t is a function of key, t, b and j alone, however a batch is cut.
/// </summary>
public static unsafe class DropoutMask
{
    /// <summary>Writes the factors of some time steps and columns of a batch.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="key">From <c>RandomKey</c>.</param>
    /// <param name="probability">p, 0 to below 1.</param>
    /// <param name="part">Which.</param>
    /// <param name="mask">Out: [steps, columns, width], row-major.</param>
    public static void Invoke(ThreadTeam team, ulong key, double probability, in BatchPart part, Span<float> mask)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, part.Steps * part.Columns * part.Width);
        fixed (float* pointer = mask)
        {
            var job = new Job(pointer, new Threefry(key), probability, part);
            team.Run(ref job, part.Steps);
        }
    }

    /// <summary>Some time steps and columns of a batch.</summary>
    /// <param name="FirstStep">The first time step.</param>
    /// <param name="Steps">Time steps.</param>
    /// <param name="FirstColumn">The first column.</param>
    /// <param name="Columns">Columns.</param>
    /// <param name="BatchColumns">Columns of the whole batch.</param>
    /// <param name="Width">Units.</param>
    public readonly record struct BatchPart(int FirstStep, int Steps, int FirstColumn, int Columns, int BatchColumns, int Width);

    private readonly struct Job(float* mask, Threefry random, double probability, BatchPart place) : IKernelJob
    {
        public void Execute(int part)
        {
            // Each row draws from blocks of its own, so that rows of any width begin at a block.
            int blocks = (place.Width + Threefry.BlockLength - 1) / Threefry.BlockLength;
            var threshold = Vector512.Create((float)probability);
            var kept = Vector512.Create((float)(1 / (1 - probability)));
            float* last = stackalloc float[Threefry.BlockLength];
            for (int column = 0; column < place.Columns; column++)
            {
                float* row = mask + ((((long)part * place.Columns) + column) * place.Width);
                int first = (((place.FirstStep + part) * place.BatchColumns) + place.FirstColumn + column) * blocks;
                for (int block = 0; block < blocks; block++)
                {
                    int at = block * Threefry.BlockLength, count = Math.Min(Threefry.BlockLength, place.Width - at);
                    float* target = count == Threefry.BlockLength ? row + at : last;
                    random.Block(first + block, out var low, out var high);
                    (Vector512.GreaterThanOrEqual(Threefry.ToUnit(low), threshold) & kept).Store(target);
                    (Vector512.GreaterThanOrEqual(Threefry.ToUnit(high), threshold) & kept).Store(target + 16);
                    if (count < Threefry.BlockLength)
                    {
                        new Span<float>(last, count).CopyTo(new Span<float>(row + at, count));
                    }
                }
            }
        }
    }
}
