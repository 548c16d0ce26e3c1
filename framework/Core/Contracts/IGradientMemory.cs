using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Core.Contracts;

/// <summary>Keeps what compression held back and brings it in again later. An instance belongs to one worker.</summary>
public interface IGradientMemory : ICheckpointable
{
    /// <summary>Combines this step's gradient with what is held back.</summary>
    /// <param name="bucket">g of all slots; left as it is.</param>
    /// <param name="step">Step and learning rate.</param>
    /// <returns>p of all slots, in the bucket's layout, valid until the slot's <see cref="Update"/>; may be the bucket itself.</returns>
    ReadOnlySpan<float> Compensate(GradientBucket bucket, StepContext step);

    /// <summary>As <see cref="Compensate"/>, but where it is one sum, leaves it to the compressor to add up.</summary>
    DeferredGradient Defer(GradientBucket bucket, StepContext step) => new(Compensate(bucket, step));

    /// <summary>What a compressor is to be given: the complete sum, or a deferred one if it adds up itself.</summary>
    DeferredGradient CompensateFor(ICompressor compressor, GradientBucket bucket, StepContext step) =>
        compressor.CompletesSum ? Defer(bucket, step) : new(Compensate(bucket, step));

    /// <summary>Takes note of what the peers decode of this worker's payload.</summary>
    void Update(ParameterSlot slot, in SentGradient sent);

    /// <summary>
    /// After the exchange, only where the result is written: <paramref name="bucket"/> holds the average of what the workers sent, and may
    /// be turned into what the optimizer is to see. Most have nothing to do here.
    /// </summary>
    void Finish(GradientBucket bucket, StepContext step)
    {
    }

    /// <summary>All that is held back, in pieces, for the log; none where nothing is.</summary>
    IEnumerable<ReadOnlyMemory<float>> Residuals => [];
}
