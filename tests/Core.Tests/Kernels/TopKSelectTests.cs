using Compression.Core.Kernels;

namespace Compression.Core.Tests.Kernels;

public sealed class TopKSelectTests
{
    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        foreach (int length in TestData.Lengths.Where(length => length > 0))
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
    public void Selects_exactly_the_k_largest_and_ties_by_lower_index(int length, int threads)
    {
        using var team = new ThreadTeam(threads);
        var select = new TopKSelect();
        foreach (var (name, values) in TestData.All(length))
        {
            int[] order = Sorted(values);
            foreach (int k in new[] { 1, Math.Max(1, length / 1000), Math.Max(1, length / 100), Math.Max(1, length / 7), length })
            {
                int[] expected = [.. order.Take(k).Order()];
                int[] actual = select.Invoke(team, values, k).Positions.ToArray();
                Assert.True(expected.AsSpan().SequenceEqual(actual), $"{name}, k = {k}");
            }
        }
    }

    [Fact]
    public void A_NaN_is_among_the_selected()
    {
        float[] values = TestData.Gaussian(200_000);
        values[123_456] = float.NaN;
        values[77] = float.PositiveInfinity;
        Assert.Equal([77, 123_456], new TopKSelect().Invoke(ThreadTeam.Single, values, 2).Positions.ToArray());
    }

    [Fact]
    public void A_sample_that_misleads_does_not_change_the_answer()
    {
        // Large values sit in one short run, which a sample hardly meets; the rest ties.
        float[] values = new float[3_000_000];
        Array.Fill(values, 0.5f);
        values.AsSpan(1_500_000, 40_000).Fill(2f);
        int[] selected = new TopKSelect().Invoke(ThreadTeam.Single, values, 50_000).Positions.ToArray();
        int[] expected = [.. Enumerable.Range(0, 10_000), .. Enumerable.Range(1_500_000, 40_000)];
        Assert.Equal(expected, selected);
    }

    [Fact]
    public void Allocates_nothing_after_the_first_call()
    {
        using var team = new ThreadTeam(2);
        var select = new TopKSelect();
        float[] values = TestData.Gaussian(1_000_003);
        select.Invoke(team, values, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        select.Invoke(team, values, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static int[] Sorted(float[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        uint[] keys = [.. values.Select(value => uint.MaxValue - (BitConverter.SingleToUInt32Bits(value) & 0x7FFFFFFF))];
        long[] combined = [.. keys.Select((key, i) => ((long)key << 31) | (uint)i)];
        Array.Sort(combined, order);
        return order;
    }
}
