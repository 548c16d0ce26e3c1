using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Training.ModelParallel.Buckets;

/// <summary>
/// The batches of an epoch: sentences are shuffled within their bucket and cut into batches, the last of a bucket with what is left, and
/// the batches of all buckets are shuffled. A pure function of seed and epoch: every sentence comes once.
/// </summary>
/// <param name="buckets">The sentences.</param>
/// <param name="batchSize">Of one replica, at least 1.</param>
/// <param name="replicas">Replicas that share each batch, at least 1.</param>
public sealed class BucketPlan(SentenceBuckets buckets, int batchSize, int replicas)
{
    /// <summary>Batches an epoch.</summary>
    public int Steps => buckets.Members.Sum(members => (int)((members.Length + Whole - 1) / Whole));

    private long Whole => (long)batchSize * replicas;

    /// <summary>The batches in the order of the text, shortest buckets first, for evaluation.</summary>
    public ImmutableArray<BucketBatch> InOrder() => Cut(static (_, members) => members);

    /// <summary>The batches of an epoch of training.</summary>
    public ImmutableArray<BucketBatch> Shuffled(long seed, int epoch)
    {
        var batches = Cut((bucket, members) => Shuffle(members, KeyOf(seed, epoch, bucket)));
        return Shuffle(batches, KeyOf(seed, epoch, -1));
    }

    private static ulong KeyOf(long seed, int epoch, int bucket) => RandomKey.Mix((ulong)seed, 0, epoch, bucket, RandomPurpose.Order);

    // Fisher and Yates; the multiplication favours no number by more than 2⁻³² times the count.
    private static ImmutableArray<T> Shuffle<T>(ImmutableArray<T> items, ulong key)
    {
        var random = new Threefry(key);
        var order = items.ToArray();
        for (int last = order.Length - 1; last > 0; last--)
        {
            int other = (int)(((ulong)random.Word(last) * (ulong)(last + 1)) >> 32);
            (order[last], order[other]) = (order[other], order[last]);
        }

        return [.. order];
    }

    private ImmutableArray<BucketBatch> Cut(Func<int, ImmutableArray<int>, ImmutableArray<int>> order)
    {
        var batches = ImmutableArray.CreateBuilder<BucketBatch>(Steps);
        for (int bucket = 0; bucket < buckets.Members.Length; bucket++)
        {
            var members = order(bucket, buckets.Members[bucket]);
            for (long first = 0; first < members.Length; first += Whole)
            {
                batches.Add(new BucketBatch(
                    buckets.Text, buckets.Lengths[bucket], members.Slice((int)first, (int)Math.Min(Whole, members.Length - first)), replicas));
            }
        }

        return batches.ToImmutable();
    }
}
