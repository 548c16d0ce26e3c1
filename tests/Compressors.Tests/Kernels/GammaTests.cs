using Compression.Compressors.Quantizers.Qsgd;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Core.Tests;

namespace Compression.Compressors.Tests;

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
        using var team = new ThreadTeam(threads);

        // The norm is the largest magnitude: a bucket that begins with s has its whole numbers as levels.
        var grid = new LevelGrid(levels, Bucket: 64, UsesTwoNorm: false, IsStochastic: false);
        foreach (int length in s_lengths)
        {
            // From all zero to all at the highest level, so that codes of every length stand beside each other.
            var random = new Random(length);
            int[] values = [.. Enumerable.Range(0, length).Select(i => i % grid.Bucket == 0 ? levels : Level(random, levels, (i / 500) % 5))];
            float[] gradient = [.. values.Select(value => (float)value)];
            byte[][] expected = [.. values.Chunk(GammaPack.SegmentLength).Select(CodeOf)];
            int[] starts = Starts(expected), bits = new int[expected.Length];
            byte[] code = new byte[starts[^1]], norms = new byte[4 * grid.BucketCount(length)];
            Assert.Equal(code.Length, GammaPack.Invoke(team, gradient, grid, 0, norms, bits, code));
            Assert.Equal(expected.SelectMany(bytes => bytes), code);
            Assert.Equal(values.Chunk(GammaPack.SegmentLength).Select(segment => segment.Sum(SignedGamma.Length)), bits);

            float[] sums = TestData.Gaussian(length), other = [.. sums];
            GammaUnpackAdd.Invoke(team, norms, starts, code, grid, sums, 0.3f);
            LevelUnpackAdd.Invoke(team, norms, Planes(values, grid), grid, other, 0.3f);
            Assert.Equal(other, sums);
        }
    }

    [Fact]
    public void Both_codes_hold_the_same_levels_and_norms()
    {
        foreach (int levels in new[] { 1, 5, 64, 127 })
        {
            foreach (int bucket in new[] { 64, 512, 32_768 })
            {
                var grid = new LevelGrid(levels, bucket, UsesTwoNorm: bucket > 64, IsStochastic: true);
                foreach (int length in s_lengths)
                {
                    float[] gradient = TestData.Gaussian(length);
                    byte[] planes = new byte[BitPlanes.ByteCount(length, grid.Bits)], unpacked = new byte[length];
                    byte[] norms = new byte[4 * grid.BucketCount(length)], otherNorms = [.. norms];
                    Assert.True(LevelPack.Invoke(ThreadTeam.Single, gradient, grid, 7, norms, planes));
                    BitPlanes.Unpack(ThreadTeam.Single, planes, grid.Bits, unpacked);
                    byte[][] expected = [.. unpacked.Select(level => level - levels).Chunk(GammaPack.SegmentLength).Select(CodeOf)];
                    byte[] code = new byte[expected.Sum(segment => segment.Length)];
                    GammaPack.Invoke(ThreadTeam.Single, gradient, grid, 7, otherNorms, new int[expected.Length], code);
                    Assert.Equal(norms, otherNorms);
                    Assert.Equal(expected.SelectMany(segment => segment), code);
                }
            }
        }
    }

    [Fact]
    public void A_code_that_does_not_fit_says_how_long_it_is_and_writes_only_into_its_room()
    {
        const int length = 100_003;
        var grid = new LevelGrid(64, 512, UsesTwoNorm: true, IsStochastic: true);
        float[] gradient = TestData.Gaussian(length);
        byte[] norms = new byte[4 * grid.BucketCount(length)], code = new byte[length];
        int[] bits = new int[GammaPack.SegmentCount(length)];
        long needed = GammaPack.Invoke(ThreadTeam.Single, gradient, grid, 7, norms, bits, code);
        Assert.InRange(needed, length / 4, length - 1);
        Assert.Equal(needed, bits.Sum(segment => (segment + 7) / 8));

        byte[] guarded = [.. Enumerable.Repeat((byte)0xA5, length)];
        Assert.Equal(needed, GammaPack.Invoke(ThreadTeam.Single, gradient, grid, 7, norms, bits, guarded.AsSpan(0, (int)needed)));
        Assert.Equal(code[..(int)needed], guarded[..(int)needed]);
        Assert.All(guarded[(int)needed..], value => Assert.Equal(0xA5, value));
        Assert.Equal(needed, GammaPack.Invoke(ThreadTeam.Single, gradient, grid, 7, norms, bits, guarded.AsSpan(0, (int)needed - 1)));

        gradient[50_000] = float.NaN;
        Assert.Equal(-1, GammaPack.Invoke(ThreadTeam.Single, gradient, grid, 7, norms, bits, code));
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

        void Read(byte[] bytes) => GammaUnpackAdd.Invoke(ThreadTeam.Single, norms, [0, bytes.Length], bytes, grid, new float[length], 1);
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
        BitPlanes.Pack(ThreadTeam.Single, [.. levels.Select(level => (byte)(level + grid.Levels))], grid.Bits, planes);
        return planes;
    }

    private static byte[] Norms(LevelGrid grid, int length) =>
        [.. Enumerable.Range(0, grid.BucketCount(length)).SelectMany(bucket => BitConverter.GetBytes(1f + bucket))];
}
