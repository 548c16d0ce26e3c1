using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Tests.Payloads;

public sealed class IndexCodingTests
{
    [Fact]
    public void Every_selection_comes_back()
    {
        var random = new Random(1);
        foreach (int dimension in new[] { 1, 2, 3, 8, 63, 64, 65, 1000, 100_003 })
        {
            foreach (double density in new[] { 0, 0.0003, 0.01, 0.1, 0.4, 0.9, 1 })
            {
                int[] indices = [.. Enumerable.Range(0, dimension).Where(_ => random.NextDouble() < density)];
                Assert.Equal(indices, RoundTrip(indices, dimension));
            }

            Assert.Equal([dimension - 1], RoundTrip([dimension - 1], dimension));
            Assert.Equal([0], RoundTrip([0], dimension));
        }
    }

    [Fact]
    public void Far_apart_clusters_and_the_largest_dimension_come_back()
    {
        int[] indices = [0, 1, 2, 5, 1_000_000_000, 1_000_000_001, int.MaxValue - 2, int.MaxValue - 1];
        Assert.Equal(indices, RoundTrip(indices, int.MaxValue));
        int[] many = [.. Enumerable.Range(0, 5000), .. Enumerable.Range(0, 5000).Select(i => 2_000_000_000 + (7 * i))];
        Assert.Equal(many, RoundTrip(many, int.MaxValue));
    }

    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.001)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void The_code_is_within_three_percent_of_the_entropy(double ratio)
    {
        const int dimension = 4_000_000;
        var random = new Random(2);
        int[] indices = [.. Enumerable.Range(0, dimension).Where(_ => random.NextDouble() < ratio)];
        var writer = new PayloadWriter();
        IndexCoding.Write(indices, dimension, writer, ThreadTeam.Single);
        Assert.True(8.0 * writer.Length < 1.03 * writer.FloorBits, $"{8.0 * writer.Length / writer.FloorBits}");
        Assert.True(8.0 * writer.Length > 0.99 * writer.FloorBits, "a code below the entropy cannot be right");
    }

    [Fact]
    public void The_floor_is_the_logarithm_of_the_binomial()
    {
        Assert.Equal(Math.Log2(252), EntropyFloor.Indices(10, 5), 1e-9);
        Assert.Equal(Math.Log2(190), EntropyFloor.Indices(20, 2), 1e-7);
        Assert.Equal(0, EntropyFloor.Indices(20, 20));

        // The table of bits an entry for a million entries of a thousand million.
        Assert.Equal(11.41, EntropyFloor.Indices(1_000_000_000, 1_000_000) / 1_000_000, 0.01);
        Assert.Equal(4.69, EntropyFloor.Indices(1_000_000_000, 100_000_000) / 100_000_000, 0.01);
    }

    [Fact]
    public void Random_and_damaged_bytes_give_the_typed_error_or_valid_indices()
    {
        var random = new Random(3);
        int[] scratch = new int[5000];
        byte[] good = Encode([.. Enumerable.Range(0, 5000).Where(_ => random.NextDouble() < 0.05)], 5000);
        for (int round = 0; round < 300_000; round++)
        {
            byte[] bytes;
            if (round % 2 == 0)
            {
                bytes = new byte[random.Next(40)];
                random.NextBytes(bytes);
            }
            else
            {
                bytes = [.. good[..random.Next(good.Length + 1)]];
                if (bytes.Length > 0)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }
            }

            try
            {
                var reader = new PayloadReader(bytes);
                var indices = scratch.AsSpan(0, IndexCoding.ReadCount(ref reader, 5000));
                IndexCoding.Read(ref reader, 5000, indices, ThreadTeam.Single);
                for (int i = 0; i < indices.Length; i++)
                {
                    Assert.InRange(indices[i], i == 0 ? 0 : indices[i - 1] + 1, 4999);
                }
            }
            catch (PayloadException)
            {
                // The one permitted answer to bytes that no encoder wrote.
            }
        }
    }

    [Fact]
    public void Threads_write_and_read_the_same_bytes()
    {
        const int dimension = 3_000_000;
        using var team = new ThreadTeam(2);
        var random = new Random(4);
        foreach (int count in new[] { 16_383, 16_384, 16_385, 32_768, 200_000 })
        {
            int[] indices = [.. Enumerable.Range(0, dimension).OrderBy(_ => random.Next()).Take(count).Order()];
            byte[] alone = Encode(indices, dimension);
            var writer = new PayloadWriter();
            IndexCoding.Write(indices, dimension, writer, team);
            Assert.Equal(alone, writer.Written);
            var reader = new PayloadReader(alone);
            int[] decoded = new int[IndexCoding.ReadCount(ref reader, dimension)];
            IndexCoding.Read(ref reader, dimension, decoded, team);
            Assert.Equal(indices, decoded);
            reader.ExpectEnd();
        }
    }

    [Fact]
    public void Damaged_segments_give_the_typed_error_or_valid_indices()
    {
        const int dimension = 1_000_000;
        using var team = new ThreadTeam(2);
        var random = new Random(5);
        byte[] good = Encode([.. Enumerable.Range(0, dimension).Where(_ => random.NextDouble() < 0.05)], dimension);
        int refused = 0;
        for (int round = 0; round < 400; round++)
        {
            // Half of the damage falls on the table of the segments, which follows three bytes of count and one of code.
            byte[] bytes = [.. good];
            bytes[round % 2 == 0 ? 4 + random.Next(24) : random.Next(good.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                var reader = new PayloadReader(bytes.AsSpan(0, round % 5 == 0 ? random.Next(good.Length) : good.Length));
                int[] indices = new int[IndexCoding.ReadCount(ref reader, dimension)];
                IndexCoding.Read(ref reader, dimension, indices, team);
                for (int i = 0; i < indices.Length; i++)
                {
                    Assert.InRange(indices[i], i == 0 ? 0 : indices[i - 1] + 1, dimension - 1);
                }
            }
            catch (PayloadException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 200, 400);
    }

    private static int[] RoundTrip(int[] indices, int dimension)
    {
        var reader = new PayloadReader(Encode(indices, dimension));
        int[] decoded = new int[IndexCoding.ReadCount(ref reader, dimension)];
        IndexCoding.Read(ref reader, dimension, decoded, ThreadTeam.Single);
        reader.ExpectEnd();
        return decoded;
    }

    private static byte[] Encode(int[] indices, int dimension)
    {
        var writer = new PayloadWriter();
        IndexCoding.Write(indices, dimension, writer, ThreadTeam.Single);
        return writer.Written.ToArray();
    }
}
