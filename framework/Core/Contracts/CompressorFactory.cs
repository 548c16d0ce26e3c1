namespace Compression.Core.Contracts;

/// <summary>Makes the composition's compressor for other layouts than the model's own: exchanges that cut the gradient need several.</summary>
/// <param name="create">Makes one worker's compressor for the layout of the given context.</param>
public sealed class CompressorFactory(Func<ComponentContext, ICompressor> create)
{
    /// <summary>Makes one worker's compressor for the layout of <paramref name="context"/>.</summary>
    public ICompressor Create(ComponentContext context) => create(context);
}
