using Compression.Core.Composition;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Payloads;

namespace Compression.Training.RowSparse;

/// <summary>
/// Writes the gradients of single rows of a table with any compressor that keeps nothing of its own, row by row, so that a magnitude
/// or a bucket is a row's. Neighbouring rows draw different random numbers.
/// </summary>
/// <param name="table">The table's name; keys random numbers.</param>
/// <param name="width">Elements of a row.</param>
/// <param name="plan">The compressor.</param>
public sealed class RowCodec(string table, int width, CompressionPlan plan)
{
    private const int Streams = 64;

    private readonly ICompressor _compressor = plan.CreateCompressor(BucketLayout.Create([(table, [width])]), Core.Kernels.ThreadTeam.Single);
    private readonly ParameterSlot[] _slots = [.. Enumerable.Range(0, Streams).Select(stream => new ParameterSlot(0, $"{table}/{stream}", [width], 0, ParameterKind.RowSparse))];

    /// <summary>Appends a row.</summary>
    /// <param name="row">Its number in the table.</param>
    /// <param name="gradient">What is to be sent.</param>
    /// <param name="step">Keys random numbers.</param>
    /// <param name="writer">The payload.</param>
    public void Write(int row, ReadOnlySpan<float> gradient, StepContext step, PayloadWriter writer) =>
        _compressor.Compress(new GradientView(_slots[row % Streams], gradient, gradient, step), writer);

    /// <summary><c>destination += scale · decoded</c>.</summary>
    /// <exception cref="PayloadException">Not what <see cref="Write"/> writes.</exception>
    public void ReadAdd(int row, ref PayloadReader reader, Span<float> destination, float scale, StepContext step) =>
        _compressor.Decompress(ref reader, new GradientAccumulator(_slots[row % Streams], destination, scale, step));
}
