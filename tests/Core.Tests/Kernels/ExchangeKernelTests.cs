using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

/// <summary>Kernels of the exchanges and memories against their scalar definitions.</summary>
public sealed class ExchangeKernelTests
{
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
}
