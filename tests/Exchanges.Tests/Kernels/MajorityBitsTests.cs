using Compression.Core.Kernels;
using Compression.Exchanges.MajorityVote;

namespace Compression.Exchanges.Tests;

/// <summary>The count of majorities against its definition.</summary>
public sealed class MajorityBitsTests
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
        using var team = new ThreadTeam(3);
        foreach (int length in new[] { 0, 64, 64 * 129 })
        {
            byte[] votes = new byte[rows * length];
            new Random(rows).NextBytes(votes);
            byte[] alone = new byte[length], together = new byte[length];
            MajorityBits.Invoke(ThreadTeam.Single, votes, rows, 0x55, alone);
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
}
