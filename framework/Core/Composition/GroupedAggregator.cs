using Compression.Core.Communication;
using Compression.Core.Contracts;
using Compression.Core.Gradients;

namespace Compression.Core.Composition;

/// <summary>
/// Exchanges a bucket in groups of neighbouring slots, last to first, each with an aggregator of its own. All at once, or group by
/// group while the backward pass still fills the others: the same calls in the same order, hence the same bits.
/// </summary>
public sealed class GroupedAggregator : IGradientAggregator
{
    private readonly (BucketLayout Layout, ParameterSlot First, IGradientAggregator Aggregator)[] _groups;
    private readonly int[] _groupOf;
    private GradientBucket? _bucket;
    private GradientBucket[] _parts = [];

    /// <param name="layout">The parameters.</param>
    /// <param name="leastBytes">Size from which a group is complete.</param>
    /// <param name="create">Makes the aggregator of a group.</param>
    public GroupedAggregator(BucketLayout layout, long leastBytes, Func<BucketLayout, IGradientAggregator> create)
    {
        _groups = [.. layout.CutFromTheEnd(leastBytes).Select(group => (group.Layout, group.First, create(group.Layout)))];
        _groupOf = new int[layout.Slots.Length];
        for (int group = 0; group < _groups.Length; group++)
        {
            _groupOf.AsSpan(_groups[group].First.Index, _groups[group].Layout.Slots.Length).Fill(group);
        }
    }

    /// <summary>Number of groups.</summary>
    public int Count => _groups.Length;

    public string Decision => _groups.Length > 0 ? _groups[0].Aggregator.Decision : "";

    /// <summary>The group of a slot.</summary>
    /// <param name="slot">Its index in the whole layout.</param>
    public int GroupOf(int slot) => _groupOf[slot];

    public void Aggregate(GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        for (int group = 0; group < _groups.Length; group++)
        {
            Aggregate(group, bucket, step, communicator);
        }
    }

    /// <summary>Exchanges one group; all workers call for the groups in ascending order.</summary>
    public void Aggregate(int group, GradientBucket bucket, StepContext step, ICommunicator communicator)
    {
        if (!ReferenceEquals(_bucket, bucket))
        {
            (_bucket, _parts) = (bucket, [.. _groups.Select(part => bucket.Part(part.Layout, part.First))]);
        }

        _groups[group].Aggregator.Aggregate(_parts[group], step, communicator);
    }

    public IEnumerable<ReadOnlyMemory<float>> Residuals => _groups.SelectMany(group => group.Aggregator.Residuals);

    public void Save(IStateWriter writer)
    {
        for (int group = 0; group < _groups.Length; group++)
        {
            _groups[group].Aggregator.Save(new PrefixedState($"group-{group}/", writer));
        }
    }

    public void Load(IStateReader reader)
    {
        for (int group = 0; group < _groups.Length; group++)
        {
            _groups[group].Aggregator.Load(new PrefixedState($"group-{group}/", reader: reader));
        }
    }
}
