using System.Runtime.Intrinsics;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

/// <summary>The generator against its definition, written plainly, and that against the published known answers.</summary>
public sealed class ThreefryTests
{
    private static readonly int[] s_rotations = [13, 15, 26, 6, 17, 29, 16, 24];

    /// <summary>The file kat_vectors of the authors' Random123: counters, keys and outputs of threefry2x32 with 13 rounds.</summary>
    [Theory]
    [InlineData(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x9d1c5ec6u, 0x8bd50731u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xfd36d048u, 0x2d17272cu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xba3e4725u, 0xf27d669eu)]
    public void The_reference_below_gives_the_published_answers(uint counter0, uint counter1, uint key0, uint key1, uint first, uint second) =>
        Assert.Equal((first, second), Reference(counter0, counter1, key0, key1));

    [Fact]
    public void The_first_block_of_key_zero_starts_with_the_published_answer()
    {
        new Threefry(0).Block(0, out var first, out var second);
        Assert.Equal((0x9d1c5ec6u, 0x8bd50731u), (first[0], second[0]));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(0x0370734413198a2eul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(0x8000000000000001ul)]
    public void Every_lane_is_the_reference_at_its_counter(ulong key)
    {
        var random = new Threefry(key);
        foreach (int block in new[] { 0, 1, 2, 12345, (1 << 28) - 1 })
        {
            random.Block(block, out var first, out var second);
            for (int lane = 0; lane < 16; lane++)
            {
                var expected = Reference((16 * (uint)block) + (uint)lane, 0, (uint)key, (uint)(key >> 32));
                Assert.Equal(expected, (first[lane], second[lane]));
                Assert.Equal(expected.First, random.Word((32L * block) + lane));
                Assert.Equal(expected.Second, random.Word((32L * block) + 16 + lane));
            }
        }
    }

    [Fact]
    public unsafe void Blocks_that_are_filled_together_are_the_single_ones()
    {
        var random = new Threefry(0x0370734413198a2eul);
        foreach (int count in new[] { 2, 4, 6, 8, 16 })
        {
            uint[] words = new uint[count * Threefry.BlockLength];
            fixed (uint* to = words)
            {
                random.Fill(777, count, to);
            }

            Assert.Equal(Enumerable.Range(777 * Threefry.BlockLength, words.Length).Select(i => random.Word(i)), words);
        }
    }

    [Fact]
    public void Words_become_units_below_one()
    {
        var units = Threefry.ToUnit(Vector512.Create(0u, 255, 256, uint.MaxValue, 1u << 31, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        Assert.Equal([0f, 0f, 1f / (1 << 24), 1f - (1f / (1 << 24)), 0.5f], new[] { units[0], units[1], units[2], units[3], units[4] });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    public void All_values_of_a_byte_are_as_frequent(int shift)
    {
        var random = new Threefry(RandomKey.Mix(1, 2, 3, 4, RandomPurpose.Rounding));
        const int words = 1 << 18;
        long[] counts = new long[256];
        for (int i = 0; i < words; i++)
        {
            counts[(random.Word(i) >> shift) & 255]++;
        }

        // χ² with 255 degrees of freedom: mean 255, standard deviation 22.6; six of them on either side.
        double expected = words / 256.0, chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquare, 120, 391);
    }

    [Fact]
    public void Every_bit_is_set_half_of_the_time()
    {
        const int words = 1 << 18;
        var random = new Threefry(7);
        int[] set = new int[32];
        for (int i = 0; i < words; i++)
        {
            uint word = random.Word(i);
            for (int bit = 0; bit < 32; bit++)
            {
                set[bit] += (int)((word >> bit) & 1);
            }
        }

        Assert.All(set, count => Assert.InRange((count - (words / 2.0)) / Math.Sqrt(words / 4.0), -5, 5));
    }

    /// <summary>Keys as methods make them, each differing from the first in one part.</summary>
    [Fact]
    public void Streams_of_different_keys_are_independent()
    {
        ulong[] keys =
        [
            RandomKey.Mix(1, 0, 0, 0, RandomPurpose.Rounding), RandomKey.Mix(2, 0, 0, 0, RandomPurpose.Rounding),
            RandomKey.Mix(1, 1, 0, 0, RandomPurpose.Rounding), RandomKey.Mix(1, 0, 1, 0, RandomPurpose.Rounding),
            RandomKey.Mix(1, 0, 0, 1, RandomPurpose.Rounding), RandomKey.Mix(1, 0, 0, 0, RandomPurpose.Selection), 0, 1, 1ul << 32,
        ];
        const int words = 1 << 14;
        uint[][] streams = [.. keys.Select(key => Enumerable.Range(0, words).Select(i => new Threefry(key).Word(i)).ToArray())];
        for (int a = 0; a < keys.Length; a++)
        {
            for (int b = 0; b < a; b++)
            {
                // Bits that differ: half of them, with the variance of as many coins.
                double differing = Enumerable.Range(0, words).Sum(i => System.Numerics.BitOperations.PopCount(streams[a][i] ^ streams[b][i]));
                Assert.InRange((differing - (16.0 * words)) / Math.Sqrt(8.0 * words), -5, 5);
            }
        }
    }

    // Salmon et al. 2011, section 4: Threefish's rounds with two words of 32 bits, a key injected after every fourth.
    private static (uint First, uint Second) Reference(uint counter0, uint counter1, uint key0, uint key1)
    {
        uint[] keys = [key0, key1, 0x1BD11BDA ^ key0 ^ key1];
        uint x = counter0 + keys[0], y = counter1 + keys[1];
        for (int round = 0; round < 13; round++)
        {
            x += y;
            y = System.Numerics.BitOperations.RotateLeft(y, s_rotations[round % 8]) ^ x;
            if (round % 4 == 3)
            {
                int injection = (round / 4) + 1;
                x += keys[injection % 3];
                y += keys[(injection + 1) % 3] + (uint)injection;
            }
        }

        return (x, y);
    }
}
