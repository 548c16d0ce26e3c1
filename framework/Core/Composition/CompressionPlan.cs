using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>A checked composition: what it is called in full, and how each worker makes its own.</summary>
public sealed class CompressionPlan
{
    private readonly CompressorRecipe _recipe;
    private readonly BoundAlgorithm _memory;
    private readonly BoundAlgorithm _exchange;
    private readonly bool _plainSgd;

    internal CompressionPlan(CompressorRecipe recipe, BoundAlgorithm memory, BoundAlgorithm exchange, bool plainSgd)
    {
        _recipe = recipe;
        _memory = memory;
        _exchange = exchange;
        _plainSgd = plainSgd;
        Traits = recipe.TraitsWith(HasMemory);
        Traits = Traits with { NeedsWholeBucket = Traits.NeedsWholeBucket || memory.Has(AlgorithmTraits.NeedsWholeBucket) };
    }

    /// <summary>The compressor in full syntax.</summary>
    public string Compressor => _recipe.Text;

    /// <summary>The memory in full syntax.</summary>
    public string Memory => _memory.Text;

    /// <summary>The exchange.</summary>
    public string Exchange => _exchange.Text;

    /// <summary>What the compressor asks of the trainer, and promises.</summary>
    public CompressorTraits Traits { get; }

    /// <summary>The exchange is an <see cref="IMomentAggregator"/>.</summary>
    public bool SharesMoments => _exchange.Has(AlgorithmTraits.SharesMoments);

    /// <summary>The exchange leaves workers weights of their own for some steps.</summary>
    public bool StepsAlone => _exchange.Has(AlgorithmTraits.StepsAlone);

    /// <summary>What the user should know: choices that were made, and options without effect.</summary>
    public IReadOnlyList<string> Notes { get; internal init; } = [];

    /// <summary>Every flag of a component that the catalog knows, with the value that it was given in its shortest form; empty where it was not given.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; internal init; } = new Dictionary<string, string>();

    /// <summary>Makes one worker's aggregator.</summary>
    /// <param name="layout">The model's parameters.</param>
    /// <param name="team">The threads of its kernels.</param>
    /// <param name="rank">The worker.</param>
    /// <param name="workers">n; the aggregator serves a communicator of this size.</param>
    public IGradientAggregator Create(BucketLayout layout, ThreadTeam team, int rank = 0, int workers = 1)
    {
        var context = ContextOf(layout, team) with { Rank = rank, Workers = workers, ResidualInStepUnits = Traits.ResidualInStepUnits && _plainSgd };
        return (IGradientAggregator)_exchange.Create(
            context, _exchange.Entry.Takes(typeof(ICompressor)) ? _recipe.Create(context) : null, new CompressorFactory(_recipe.Create), _memory.Create(context));
    }

    /// <summary>Makes one worker's aggregator for groups of neighbouring parameters.</summary>
    /// <param name="layout">The model's parameters.</param>
    /// <param name="leastBytes">Bytes from which a group is complete.</param>
    /// <param name="team">The threads of its kernels.</param>
    /// <param name="rank">The worker.</param>
    /// <param name="workers">n.</param>
    public GroupedAggregator CreateGrouped(BucketLayout layout, long leastBytes, ThreadTeam team, int rank, int workers) =>
        new(layout, leastBytes, group => Create(group, team, rank, workers));

    /// <summary>Makes the compressor alone, for measurements.</summary>
    /// <param name="layout">The parameters.</param>
    /// <param name="team">The threads of its kernels.</param>
    public ICompressor CreateCompressor(BucketLayout layout, ThreadTeam team) => _recipe.Create(ContextOf(layout, team));

    /// <summary>Marks the payloads of this composition for a layout.</summary>
    public uint FingerprintOf(BucketLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Checksum.Crc32C($"{Compressor}|{Memory}|{Exchange}") ^ layout.Fingerprint;
    }

    private bool HasMemory => _memory.Entry.Name != "none";

    private ComponentContext ContextOf(BucketLayout layout, ThreadTeam team) => new(layout, team, FingerprintOf(layout)) { HasMemory = HasMemory };
}
