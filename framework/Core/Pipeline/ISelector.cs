using Compression.Core.Gradients;

namespace Compression.Core.Pipeline;

/// <summary>A compressor whose chosen entries can be had before they are written, for exchanges that merge entries on the way.</summary>
internal interface ISelector
{
    /// <summary>Chooses as <see cref="ICompressor.Compress"/> would, and appends what it chose.</summary>
    void Select(in GradientView gradient, SparseBucket chosen);
}
