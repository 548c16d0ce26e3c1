namespace Compression.Core.Gradients;

/// <summary>
/// One flat buffer with the gradients of all parameters of a rank. Before aggregation it holds the local gradient, after it
/// the average over the workers. The storage belongs to whoever made the bucket (for a model: libtorch, each <c>.grad</c> a view).
/// </summary>
public sealed class GradientBucket
{
    private readonly Memory<float> _storage;

    /// <param name="layout">The slots of the buffer.</param>
    /// <param name="storage">The buffer; its length must be <see cref="BucketLayout.Length"/>.</param>
    public GradientBucket(BucketLayout layout, Memory<float> storage)
    {
        if (storage.Length != layout.Length)
        {
            throw new ArgumentException($"The storage holds {storage.Length} elements, the layout {layout.Length}.", nameof(storage));
        }

        Layout = layout;
        _storage = storage;
    }

    /// <summary>Names, shapes and offsets.</summary>
    public BucketLayout Layout { get; }

    /// <summary>The whole buffer.</summary>
    public Span<float> All => _storage.Span;

    /// <summary>The same as memory.</summary>
    public ReadOnlyMemory<float> Memory => _storage;

    /// <summary>
    /// Σ_j c_j² over a step's micro-batches, where Σ_j c_j is the gradient; as long as the bucket. Empty unless the trainer was asked to
    /// split its batch (<c>CompressorTraits.MicroBatches</c>).
    /// </summary>
    public Memory<float> Squares { get; init; }

    /// <summary>A bucket over some neighbouring slots of this one, which shares its storage.</summary>
    /// <param name="layout">From <see cref="BucketLayout.CutFromTheEnd"/>.</param>
    /// <param name="first">Where it begins here.</param>
    public GradientBucket Part(BucketLayout layout, ParameterSlot first)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(first);
        return new GradientBucket(layout, _storage.Slice(first.Offset, layout.Length))
        {
            Squares = Squares.IsEmpty ? default : Squares.Slice(first.Offset, layout.Length),
        };
    }

    /// <summary>The elements of one slot.</summary>
    public Span<float> this[ParameterSlot slot] => _storage.Span.Slice(slot.Offset, slot.Length);
}
