using Compression.Training.RowSparse;

namespace Compression.Training.Tests.RowSparse;

[Seeded]
public sealed class RowPartitionTests
{
    public static TheoryData<int, int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<int, int, int>();
            foreach (int rows in new[] { 1, 2, 7, 64, 101 })
            {
                foreach (int shards in new[] { 1, 2, 3, 8, 13 })
                {
                    foreach (int owners in new[] { 1, 2, 3, 5, 8 }.Where(owners => owners <= shards))
                    {
                        sizes.Add(rows, shards, owners);
                    }
                }
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_row_has_one_owner_who_counts_its_rows_in_order(int rows, int shards, int owners)
    {
        var partition = new RowPartition(rows, shards, owners);
        Assert.Equal(rows, Enumerable.Range(0, shards).Sum(partition.LengthOf));
        int[] all = [.. Enumerable.Range(0, rows)];
        Assert.All(all, row =>
        {
            int owner = partition.OwnerOf(row), local = partition.LocalOf(row);
            Assert.InRange(owner, 0, owners - 1);
            Assert.InRange(local, 0, partition.LocalCount(owner) - 1);
            Assert.Equal(row, partition.RowOf(owner, local));
        });
        foreach (var own in all.GroupBy(partition.OwnerOf))
        {
            int[] locals = [.. own.Select(partition.LocalOf)];
            Assert.Equal(locals.Order(), locals);
            Assert.Equal(locals.Distinct(), locals);
            Assert.Equal(own.Count(), Enumerable.Range(0, shards).Where(shard => partition.OwnerOfShard(shard) == own.Key).Sum(partition.LengthOf));

            // Gaps lie in the last round of shards alone.
            int whole = rows / shards * shards;
            Assert.Equal(Enumerable.Range(0, own.Count(row => row < whole)), locals.Take(own.Count(row => row < whole)));
        }
    }
}
