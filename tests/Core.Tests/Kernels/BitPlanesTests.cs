using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

public sealed class BitPlanesTests
{
    private static readonly int[] s_lengths = [0, 1, 2, 63, 64, 65, 1000, 32_767, 32_768, 32_769, 100_003];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Planes_are_those_of_the_definition_and_give_the_values_back(int bits)
    {
        foreach (int length in s_lengths)
        {
            byte[] values = new byte[length];
            new Random(length).NextBytes(values);
            byte[] low = [.. values.Select(value => (byte)(value & ((1 << bits) - 1)))];
            byte[] expected = PlanesOf(low, bits);
            Assert.Equal(expected.Length, BitPlanes.ByteCount(length, bits));
            foreach (int threads in new[] { 1, 3 })
            {
                using var team = new ThreadTeam(threads);
                byte[] planes = new byte[expected.Length], unpacked = new byte[length];
                Array.Fill(planes, (byte)0xAA);
                BitPlanes.Pack(team, values, bits, planes);
                Assert.Equal(expected, planes);
                BitPlanes.Unpack(team, planes, bits, unpacked);
                Assert.Equal(low, unpacked);
            }
        }
    }

    [Fact]
    public void Room_of_another_size_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BitPlanes.Pack(ThreadTeam.Single, new byte[65], 3, new byte[26]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BitPlanes.Unpack(ThreadTeam.Single, new byte[28], 3, new byte[65]));
        BitPlanes.Pack(ThreadTeam.Single, new byte[65], 3, new byte[27]);
    }

    // Blocks of 64; in each, plane by plane, the bits of its values.
    private static byte[] PlanesOf(byte[] values, int bits)
    {
        var planes = new List<byte>();
        foreach (byte[] block in values.Chunk(64))
        {
            for (int plane = 0; plane < bits; plane++)
            {
                byte[] mask = new byte[(block.Length + 7) / 8];
                for (int i = 0; i < block.Length; i++)
                {
                    mask[i / 8] |= (byte)(((block[i] >> plane) & 1) << (i % 8));
                }

                planes.AddRange(mask);
            }
        }

        return [.. planes];
    }
}
