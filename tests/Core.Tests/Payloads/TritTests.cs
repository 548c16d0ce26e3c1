using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Tests.Kernels;

/// <summary>Trits against their layout and their draw, both written plainly.</summary>
public sealed class TritTests
{
    private static readonly int[] s_lengths =
        [0, 1, 2, 4, 5, 6, 63, 64, 65, 319, 320, 321, 639, 640, 1000, 31_999, 32_000, 32_001, 32_767, 32_768, 32_769, 64_005, 100_003];

    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        foreach (int length in s_lengths)
        {
            foreach (int threads in new[] { 1, 2, 3 })
            {
                cases.Add(length, threads);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_trits_come_back_through_the_layout(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new Random(length);
        int[] trits = [.. Enumerable.Range(0, length).Select(_ => random.Next(3))];

        // At the scale itself, the draw is certain.
        float[] values = [.. trits.Select(trit => 0.37f * (trit - 1))];
        byte[] bytes = new byte[TritLayout.ByteCount(length) + 1];
        TritPack.Invoke(team, values, 0.37f, new Threefry(1), bytes.AsSpan(1));
        Assert.Equal(Layout(trits), bytes[1..]);

        float[] sums = TestData.Gaussian(length, seed: 2);
        float[] expected = [.. sums.Select((sum, i) => sum + ((trits[i] - 1) * 0.6f))];
        TritUnpackAdd.Invoke(team, bytes.AsSpan(1), sums, 0.6f);
        Assert.Equal(expected, sums);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_value_is_sent_if_its_word_says_so(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new Threefry(77);
        foreach (var (name, values) in TestData.All(length))
        {
            const float scale = 2.2f;
            int[] trits = [.. values.Select((value, i) =>
                (random.Word(i) >> 8) * (1f / (1 << 24)) * scale < Math.Abs(value) ? 1 + Math.Sign(value) : 1)];
            byte[] bytes = new byte[TritLayout.ByteCount(length)];
            TritPack.Invoke(team, values, scale, random, bytes);
            Assert.True(Layout(trits).AsSpan().SequenceEqual(bytes), name);
        }
    }

    [Fact]
    public void Zeros_with_scale_zero_are_sent_as_zeros()
    {
        byte[] bytes = new byte[TritLayout.ByteCount(1000)];
        TritPack.Invoke(ThreadTeam.Single, new float[1000], 0, new Threefry(1), bytes);
        float[] sums = new float[1000];
        TritUnpackAdd.Invoke(ThreadTeam.Single, bytes, sums, 1);
        Assert.All(sums, sum => Assert.Equal(0f, sum));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 0)]
    [InlineData(320, 63)]
    [InlineData(321, 64)]
    [InlineData(100_000, 6_400)]
    [InlineData(100_000, 19_999)]
    public void Every_byte_above_242_is_refused(int length, int position)
    {
        for (int code = 0; code < 256; code++)
        {
            byte[] bytes = new byte[TritLayout.ByteCount(length)];
            bytes[position] = (byte)code;
            var failure = Record.Exception(() => TritUnpackAdd.Invoke(ThreadTeam.Single, bytes, new float[length], 1));
            Assert.Equal(code > 242, failure is PayloadException);
        }
    }

    [Fact]
    public void Five_trits_take_a_byte()
    {
        Assert.Equal([0, 1, 1, 1, 1, 1, 2], Enumerable.Range(0, 7).Select(TritLayout.ByteCount));
        Assert.Equal(3_000_000, TritLayout.ByteCount(15_000_000));
    }

    private static byte[] Layout(int[] trits)
    {
        var bytes = new List<byte>();
        for (int start = 0; start < trits.Length; start += 320)
        {
            int[] block = trits[start..Math.Min(start + 320, trits.Length)];
            int width = (block.Length + 4) / 5;
            for (int j = 0; j < width; j++)
            {
                int code = 0;
                for (int plane = 4; plane >= 0; plane--)
                {
                    int i = j + (plane * width);
                    code = (3 * code) + (i < block.Length ? block[i] : 0);
                }

                bytes.Add((byte)code);
            }
        }

        return [.. bytes];
    }
}
