using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Composition;

/// <summary>A checked composition: what it is called in full, and how each worker makes its own.</summary>
public sealed class CompressionPlan
{
    private readonly Func<ComponentContext, IGradientAggregator> _create;
    private readonly Func<ComponentContext, ICompressor> _createCompressor;

    internal CompressionPlan(
        string compressor,
        string memory,
        string exchange,
        CompressorTraits traits,
        IReadOnlyList<string> notes,
        Func<ComponentContext, IGradientAggregator> create,
        Func<ComponentContext, ICompressor> createCompressor)
    {
        Compressor = compressor;
        Memory = memory;
        Exchange = exchange;
        Traits = traits;
        Notes = notes;
        _create = create;
        _createCompressor = createCompressor;
    }

    /// <summary>The compressor in full syntax.</summary>
    public string Compressor { get; }

    /// <summary>The memory in full syntax.</summary>
    public string Memory { get; }

    /// <summary>The exchange.</summary>
    public string Exchange { get; }

    /// <summary>What the compressor asks of the trainer, and promises.</summary>
    public CompressorTraits Traits { get; }

    /// <summary>What the user should know: choices that were made, and options without effect.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Every flag of a component that the catalog knows, with the value that it was given in its shortest form; empty where it was not given.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; internal init; } = new Dictionary<string, string>();

    /// <summary>Makes one worker's aggregator.</summary>
    /// <param name="layout">The model's parameters.</param>
    /// <param name="team">The threads of its kernels.</param>
    /// <param name="rank">The worker.</param>
    /// <param name="workers">n; the aggregator serves a communicator of this size.</param>
    public IGradientAggregator Create(BucketLayout layout, ThreadTeam team, int rank = 0, int workers = 1) =>
        _create(ContextOf(layout, team) with { Rank = rank, Workers = workers });

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
    public ICompressor CreateCompressor(BucketLayout layout, ThreadTeam team) => _createCompressor(ContextOf(layout, team));

    /// <summary>Marks the payloads of this composition for a layout.</summary>
    public uint FingerprintOf(BucketLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return Checksum.Crc32C($"{Compressor}|{Memory}|{Exchange}") ^ layout.Fingerprint;
    }

    private ComponentContext ContextOf(BucketLayout layout, ThreadTeam team) => new(layout, team, FingerprintOf(layout));
}
