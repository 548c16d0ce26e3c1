using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

public sealed class DropoutMaskTests
{
    private static float[] Mask(double probability, DropoutMask.BatchPart part, ulong key = 42, int threads = 1)
    {
        using var team = new ThreadTeam(threads);
        float[] mask = new float[part.Steps * part.Columns * part.Width];
        DropoutMask.Invoke(team, key, probability, part, mask);
        return mask;
    }

    [Theory]
    [InlineData(32)]
    [InlineData(50)]
    [InlineData(7)]
    public void A_factor_depends_on_its_place_in_the_batch_and_not_on_how_the_batch_is_cut(int width)
    {
        const int T = 9, B = 6;
        float[] whole = Mask(0.4, new(0, T, 0, B, B, width), threads: 3);
        foreach (var (firstStep, steps, firstColumn, columns) in new[] { (0, T, 0, B), (2, 3, 0, B), (0, T, 4, 2), (5, 4, 1, 3) })
        {
            float[] part = Mask(0.4, new(firstStep, steps, firstColumn, columns, B, width));
            for (int t = 0; t < steps; t++)
            {
                for (int b = 0; b < columns; b++)
                {
                    Assert.Equal(
                        whole.AsSpan((((firstStep + t) * B) + firstColumn + b) * width, width), part.AsSpan(((t * columns) + b) * width, width));
                }
            }
        }

        Assert.NotEqual(whole, Mask(0.4, new(0, T, 0, B, B, width), key: 43));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void As_many_are_dropped_as_asked_for_and_the_mean_stays_one(double probability)
    {
        float[] mask = Mask(probability, new(0, 100, 0, 20, 20, 200));
        int dropped = mask.Count(factor => factor == 0);
        double deviation = Math.Sqrt(mask.Length * probability * (1 - probability));
        Assert.InRange(dropped - (mask.Length * probability), -5 * deviation, 5 * deviation);
        Assert.All(mask.Distinct().Where(factor => factor != 0), factor => Assert.Equal((float)(1 / (1 - probability)), factor));
    }
}
