namespace Compression.Core.Contracts;

/// <summary>A compressor whose chosen entries can be had before they are written, for exchanges that merge entries on the way.</summary>
public interface ISelector
{
    /// <summary>Chooses as <see cref="ICompressor.Compress"/> would, and appends what it chose.</summary>
    void Select(in GradientView gradient, SparseBucket chosen);
}
