using Compression.Compressors.Quantizers.OneBit;
using Compression.Core.Kernels;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

/// <summary>Signs and sums of columns against loops in double precision.</summary>
public sealed class ColumnSignTests
{
    public static TheoryData<int, int, int> Cases()
    {
        var cases = new TheoryData<int, int, int>();
        (int Rows, int Columns)[] shapes =
        [
            (0, 3), (1, 1), (1, 5), (7, 1), (16, 1), (100_003, 1), (3, 2), (1000, 7), (5, 15), (9, 16), (400, 17),
            (300, 127), (300, 128), (301, 129), (515, 650), (3, 50_001),
        ];
        foreach (var (rows, columns) in shapes)
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                cases.Add(rows, columns, threads);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bits_and_sums_of_columns_follow_their_definition(int rows, int columns, int threads)
    {
        using var team = new ThreadTeam(threads);
        foreach (var (name, values) in TestData.All(rows * columns).Where(data => data.Name != "extreme"))
        {
            byte[] bits = new byte[(values.Length + 7) / 8];
            new Random(3).NextBytes(bits);
            double[] others = new double[columns], negatives = new double[columns];
            int[] counts = new int[columns];
            ColumnSignPack.Invoke(team, values, columns, bits, others, negatives, counts);

            byte[] signs = new byte[bits.Length];
            SignPack.Invoke(team, values, signs);
            Assert.True(signs.AsSpan().SequenceEqual(bits), name);
            for (int column = 0; column < columns; column++)
            {
                double expectedOthers = 0, expectedNegatives = 0;
                int expectedCount = 0;
                for (int i = column; i < values.Length; i += columns)
                {
                    expectedOthers += values[i] < 0 ? 0 : values[i];
                    expectedNegatives += values[i] < 0 ? values[i] : 0;
                    expectedCount += values[i] < 0 ? 1 : 0;
                }

                Assert.Equal(expectedOthers, others[column], 1e-12 * expectedOthers);
                Assert.Equal(expectedNegatives, negatives[column], -1e-12 * expectedNegatives);
                Assert.Equal(expectedCount, counts[column]);
            }

            double[] othersAlone = new double[columns], negativesAlone = new double[columns];
            ColumnSignPack.Invoke(ThreadTeam.Single, values, columns, signs, othersAlone, negativesAlone, counts);
            Assert.Equal(othersAlone, others);
            Assert.Equal(negativesAlone, negatives);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_bit_chooses_one_of_its_columns_two_numbers(int rows, int columns, int threads)
    {
        using var team = new ThreadTeam(threads);
        float[] sums = TestData.Gaussian(rows * columns), others = TestData.Gaussian(columns, seed: 2), negatives = TestData.Gaussian(columns, seed: 3);
        byte[] bits = new byte[(sums.Length + 7) / 8];
        new Random(4).NextBytes(bits);
        float[] expected = [.. sums.Select((sum, i) => sum + (0.3f * ((bits[i / 8] >> (i % 8)) % 2 == 1 ? negatives : others)[i % columns]))];
        ColumnSignUnpackAdd.Invoke(team, bits, others, negatives, sums, 0.3f);
        Assert.Equal(expected, sums);
    }

    [Fact]
    public void Values_of_either_sign_do_not_disturb_each_others_sum()
    {
        float[] values = [.. Enumerable.Range(0, 100_000).Select(i => i % 2 == 0 ? 1e30f : -1e-3f)];
        double[] others = new double[1], negatives = new double[1];
        ColumnSignPack.Invoke(ThreadTeam.Single, values, 1, new byte[12_500], others, negatives, new int[1]);
        Assert.Equal(50_000 * (double)-1e-3f, negatives[0], 1e-6);
        Assert.Equal(50_000 * (double)1e30f, others[0], 1e22);
    }
}
