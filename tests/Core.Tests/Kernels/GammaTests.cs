using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Tests.Kernels;

/// <summary>Elias' code of levels: its definition written plainly, its length, and the way back.</summary>
public sealed class GammaTests
{
    private static readonly int[] s_lengths = [0, 1, 3, 63, 64, 65, 1000, 8191, 8192, 8193, 32_769, 100_003];

    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        foreach (int levels in new[] { 1, 4, 7, 30, 63, 64, 127 })
        {
            cases.Add(levels, 1);
            cases.Add(levels, 3);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_code_is_the_definitions_and_is_read_back(int levels, int threads)
    {
        using var team = new KernelTeam(threads);
        var grid = new LevelGrid(levels, Bucket: 64, UsesTwoNorm: false, IsStochastic: false);
        foreach (int length in s_lengths)
        {
            // From all zero to all at the highest level, so that codes of every length stand beside each other.
            var random = new Random(length);
            int[] values = [.. Enumerable.Range(0, length).Select(i => Level(random, levels, (i / 500) % 5))];
            byte[][] expected = [.. values.Chunk(GammaPack.SegmentLength).Select(CodeOf)];
            int[] starts = Starts(expected);
            byte[] planes = Planes(values, grid), code = new byte[starts[^1]];
            GammaPack.Invoke(team, planes, grid, length, starts, code);
            Assert.Equal(expected.SelectMany(bytes => bytes), code);

            float[] sums = TestData.Gaussian(length), other = [.. sums];
            byte[] norms = Norms(grid, length);
            GammaUnpackAdd.Invoke(team, norms, starts, code, grid, sums, 0.3f);
            LevelUnpackAdd.Invoke(team, norms, planes, grid, other, 0.3f);
            Assert.Equal(other, sums);
        }
    }

    [Fact]
    public void Lengths_are_counted_while_levels_are_made()
    {
        foreach (int levels in new[] { 1, 5, 64, 127 })
        {
            foreach (int bucket in new[] { 64, 512, 32_768 })
            {
                var grid = new LevelGrid(levels, bucket, UsesTwoNorm: bucket > 64, IsStochastic: true);
                foreach (int length in s_lengths)
                {
                    byte[] planes = new byte[BitPlanes.ByteCount(length, grid.Bits)], unpacked = new byte[length];
                    int[] counted = new int[GammaPack.SegmentCount(length)];
                    LevelPack.Invoke(KernelTeam.Single, TestData.Gaussian(length), grid, 7, new byte[4 * grid.BucketCount(length)], planes, counted);
                    BitPlanes.Unpack(KernelTeam.Single, planes, grid.Bits, unpacked);
                    Assert.Equal(unpacked.Chunk(GammaPack.SegmentLength).Select(segment => segment.Sum(value => SignedGamma.Length(value - levels))), counted);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 4)]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(-62, 12)]
    [InlineData(63, 14)]
    [InlineData(-127, 16)]
    public void A_code_has_two_bits_for_each_doubling(int level, int bits) => Assert.Equal(bits, SignedGamma.Length(level));

    [Fact]
    public void A_segment_that_is_too_short_too_long_or_no_code_is_refused()
    {
        const int length = 5000;
        var grid = new LevelGrid(64, 512, UsesTwoNorm: false, IsStochastic: false);
        int[] values = [.. Enumerable.Range(0, length).Select(i => (i % 9) - 4)];
        byte[] code = CodeOf(values), norms = Norms(grid, length);
        Assert.Throws<PayloadException>(() => Read(code[..^1]));
        Assert.Throws<PayloadException>(() => Read([.. code, 0]));
        Assert.Throws<PayloadException>(() => Read([]));
        Assert.Throws<PayloadException>(() => Read([.. code[..100], 0, 0, .. code[102..]]));
        Read(code);

        void Read(byte[] bytes) => GammaUnpackAdd.Invoke(KernelTeam.Single, norms, [0, bytes.Length], bytes, grid, new float[length], 1);
    }

    private static int Level(Random random, int levels, int spread) => spread switch
    {
        0 => 0,
        1 => random.Next(8) == 0 ? random.Next(-levels, levels + 1) : 0,
        2 => random.Next(-Math.Min(levels, 3), Math.Min(levels, 3) + 1),
        3 => random.Next(-levels, levels + 1),
        _ => random.Next(2) == 0 ? levels : -levels,
    };

    private static byte[] CodeOf(int[] levels)
    {
        var bits = new List<bool>();
        foreach (int level in levels)
        {
            int number = Math.Abs(level) + 1, log = 0;
            while (number >> (log + 1) != 0)
            {
                log++;
            }

            bits.AddRange(Enumerable.Repeat(false, log));
            bits.Add(true);
            bits.AddRange(Enumerable.Range(0, log).Select(bit => ((number >> bit) & 1) != 0));
            if (level != 0)
            {
                bits.Add(level < 0);
            }
        }

        return [.. bits.Chunk(8).Select(chunk => (byte)chunk.Select((bit, i) => bit ? 1 << i : 0).Sum())];
    }

    private static int[] Starts(byte[][] segments)
    {
        int[] starts = new int[segments.Length + 1];
        for (int i = 0; i < segments.Length; i++)
        {
            starts[i + 1] = starts[i] + segments[i].Length;
        }

        return starts;
    }

    private static byte[] Planes(int[] levels, LevelGrid grid)
    {
        byte[] planes = new byte[BitPlanes.ByteCount(levels.Length, grid.Bits)];
        BitPlanes.Pack(KernelTeam.Single, [.. levels.Select(level => (byte)(level + grid.Levels))], grid.Bits, planes);
        return planes;
    }

    private static byte[] Norms(LevelGrid grid, int length) =>
        [.. Enumerable.Range(0, grid.BucketCount(length)).SelectMany(bucket => BitConverter.GetBytes(1f + bucket))];
}
