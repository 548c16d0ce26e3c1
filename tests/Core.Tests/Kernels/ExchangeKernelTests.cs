using Compression.Core.Kernels;
using Compression.Core.Pipeline;

namespace Compression.Core.Tests.Kernels;

/// <summary>Kernels of the exchanges and memories against their scalar definitions.</summary>
public sealed class ExchangeKernelTests
{
    [Theory]
    [InlineData(DenseFormat.Float16)]
    [InlineData(DenseFormat.Bfloat16)]
    public void Sixteen_bits_are_the_nearest_and_ties_go_to_even(DenseFormat format)
    {
        foreach (int length in TestData.Lengths.Where(length => length <= 100_003))
        {
            float[] values = [.. TestData.Gaussian(length).Select((x, i) => i % 3 == 0 ? x : i % 3 == 1 ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFF8000) : x * 1e-6f)];
            ushort[] narrow = new ushort[length];
            RoundTo16.Invoke(KernelTeam.Single, values, narrow, format);
            float[] wide = [.. Enumerable.Repeat(1f, length)];
            AddFrom16.Invoke(KernelTeam.Single, narrow, wide, format);
            for (int i = 0; i < length; i++)
            {
                float expected = format == DenseFormat.Float16 ? (float)(Half)values[i] : Nearest(values[i]);
                Assert.Equal(1 + expected, wide[i]);
            }
        }

        ushort[] special = new ushort[4];
        RoundTo16.Invoke(KernelTeam.Single, [float.NaN, float.PositiveInfinity, -0f, float.MaxValue], special, format);
        float[] sums = new float[4];
        AddFrom16.Invoke(KernelTeam.Single, special, sums, format);
        Assert.Equal([float.NaN, float.PositiveInfinity, 0, float.PositiveInfinity], sums);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1024)]
    public void Majorities_are_counted(int rows)
    {
        using var team = new KernelTeam(3);
        foreach (int length in new[] { 0, 64, 64 * 129 })
        {
            byte[] votes = new byte[rows * length];
            new Random(rows).NextBytes(votes);
            byte[] alone = new byte[length], together = new byte[length];
            MajorityBits.Invoke(KernelTeam.Single, votes, rows, 0x55, alone);
            MajorityBits.Invoke(team, votes, rows, 0x55, together);
            Assert.Equal(alone, together);
            for (int i = 0; i < Math.Min(8 * length, 4096); i++)
            {
                int count = Enumerable.Range(0, rows).Count(row => (votes[(row * length) + (i / 8)] >> (i % 8) & 1) != 0);
                bool expected = 2 * count > rows || (2 * count == rows && i % 2 == 0);
                Assert.Equal(expected, (alone[i / 8] >> (i % 8) & 1) != 0);
            }
        }
    }

    [Fact]
    public void Elementwise_kernels_do_what_they_say()
    {
        foreach (int length in TestData.Lengths.Where(length => length <= 100_003))
        {
            float[] a = TestData.Gaussian(length), b = TestData.Gaussian(length, 2), difference = new float[length];
            Subtract.Invoke(KernelTeam.Single, a, b, difference);
            float[] velocity = [.. a], sum = [.. b];
            CorrectMomentum.Invoke(KernelTeam.Single, velocity, 0.9f, b, 0.5f, sum);
            for (int i = 0; i < length; i++)
            {
                Assert.Equal(a[i] - b[i], difference[i]);
                Assert.Equal((0.9 * a[i]) + (0.5 * b[i]), velocity[i], 1e-6);
                Assert.Equal(b[i] + velocity[i], sum[i]);
            }

            Assert.Equal(a.Sum(x => Math.Abs((double)x)), SumOfMagnitudes.Invoke(KernelTeam.Single, a), 1e-9 * Math.Max(1, length));
        }
    }

    [Fact]
    public void A_set_of_bits_is_found_wherever_it_is()
    {
        for (int length = 0; length < 100; length++)
        {
            ushort[] values = new ushort[length];
            Assert.False(AnyMasked.Invoke(values, 0x7C00));
            for (int i = 0; i < length; i++)
            {
                values[i] = 0x7BFF;
                Assert.False(AnyMasked.Invoke(values, 0x7C00));
                values[i] = 0xFC00;
                Assert.True(AnyMasked.Invoke(values, 0x7C00));
                values[i] = 0;
            }
        }
    }

    // By comparing the two neighbours in double precision.
    private static float Nearest(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        float low = BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000), high = BitConverter.UInt32BitsToSingle((bits & 0xFFFF0000) + 0x10000);
        double toLow = Math.Abs((double)value - low), toHigh = Math.Abs((double)high - value);
        return toLow < toHigh || (toLow == toHigh && (bits >> 16) % 2 == 0) ? low : high;
    }
}
