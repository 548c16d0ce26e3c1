using Compression.Core.Gradients;

namespace Compression.Core.Pipeline;

/// <summary>Keeps what compression held back and brings it in again later. An instance belongs to one worker.</summary>
public interface IGradientMemory : ICheckpointable
{
    /// <summary>Combines this step's gradient with what is held back.</summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="gradient">g, <c>slot.Length</c> elements; left as it is.</param>
    /// <param name="step">Step and learning rate.</param>
    /// <returns>p, valid until <see cref="Update"/>; may be <paramref name="gradient"/> itself.</returns>
    ReadOnlySpan<float> Compensate(ParameterSlot slot, ReadOnlySpan<float> gradient, StepContext step);

    /// <summary>Takes note of what the peers decode of this worker's payload.</summary>
    void Update(ParameterSlot slot, in SentGradient sent);

    /// <summary>Sum of squares of all that is held back, for the log.</summary>
    double ResidualSumOfSquares();
}
