using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Exchanges.PowerSgd;

/// <summary>A parameter of two or more dimensions, seen as a matrix of its first dimension by all others, and where its factors lie.</summary>
/// <param name="Slot">The parameter.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Rank">r, at most the smaller of both.</param>
/// <param name="LeftOffset">Where P lies in the buffer of all left factors.</param>
/// <param name="RightOffset">Where Q lies in the buffer of all right factors.</param>
internal sealed record LowRankSlot(ParameterSlot Slot, int Rows, int Width, int Rank, int LeftOffset, int RightOffset)
{
    /// <summary>Elements of P.</summary>
    public int LeftLength => Rank * Rows;

    /// <summary>Elements of Q.</summary>
    public int RightLength => Rank * Width;

    /// <summary>The slot as a matrix; null for vectors, and for parameters without elements.</summary>
    public static LowRankSlot? Of(ParameterSlot slot, int rank, int leftOffset, int rightOffset)
    {
        if (slot.Shape.Length < 2 || slot.Length == 0)
        {
            return null;
        }

        int rows = (int)slot.Shape[0], width = slot.Length / rows;
        return new LowRankSlot(slot, rows, width, Math.Min(rank, Math.Min(rows, width)), leftOffset, rightOffset);
    }

    /// <summary>
    /// Fills the columns of Q that are zero with numbers of a normal distribution, the same on all workers: all of them at first, and later
    /// those that had no direction left.
    /// </summary>
    public void FillZeroColumns(Span<float> right, StepContext step)
    {
        ulong key = RandomKey.Mix(step.Seed, 0, step.Step, Slot.Key, RandomPurpose.Projection);
        for (int column = 0; column < Rank; column++)
        {
            var values = right.Slice(column * Width, Width);
            if (!values.ContainsAnyExcept(0f))
            {
                FillNormal(values, new Threefry(key), firstWord: 2L * column * Width);
            }
        }
    }

    // Box and Muller's method; a matrix's factors are small beside it.
    private static void FillNormal(Span<float> values, Threefry random, long firstWord)
    {
        const double unit = 1.0 / (1L << 32);
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log((random.Word(firstWord + (2 * i)) + 0.5) * unit));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * unit * random.Word(firstWord + (2 * i) + 1)));
        }
    }
}
