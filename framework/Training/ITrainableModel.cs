using Compression.Core.Gradients;

namespace Compression.Training;

/// <summary>A model as the training loop sees it: here libtorch ends.</summary>
public interface ITrainableModel
{
    /// <summary>Where a worker's gradient is left and the average is expected.</summary>
    GradientBucket Gradients { get; }

    /// <summary>Forward and backward pass of one worker's batch; overwrites the bucket with the gradient of the mean loss, clipped.</summary>
    /// <param name="worker">Index of the worker within this process.</param>
    /// <param name="position">The batch, counted from the start of the epoch.</param>
    /// <param name="randomKey">Keys the dropout of this step.</param>
    /// <returns>The mean loss in nats per token, and the gradient's 2-norm before clipping.</returns>
    (double Loss, double GradientNorm) ForwardBackward(int worker, int position, ulong randomKey);

    /// <summary>The optimizer's step from the averaged gradient in the bucket.</summary>
    void Apply(double learningRate);
}
