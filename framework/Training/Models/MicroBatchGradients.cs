using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Training.Models;

/// <summary>
/// Adds up the gradients of a batch's micro-batches, and their squares: with c_j the share of micro-batch j in the gradient of the
/// mean loss, the bucket receives Σ c_j and its <see cref="GradientBucket.Squares"/> Σ c_j².
/// </summary>
/// <param name="team">Threads.</param>
/// <param name="bucket">Where backward passes leave their gradients; it has room for squares.</param>
public sealed class MicroBatchGradients(ThreadTeam team, GradientBucket bucket)
{
    private readonly float[] _sum = new float[bucket.Layout.Length];

    /// <summary>Before the first micro-batch.</summary>
    public void Begin()
    {
        Zero.Invoke(team, _sum);
        Zero.Invoke(team, bucket.Squares.Span);
    }

    /// <summary>Takes over the gradient in the bucket.</summary>
    /// <param name="weight">The micro-batch's share of the batch.</param>
    public void Add(float weight) => AccumulateMoments.Invoke(team, bucket.All, weight, _sum, bucket.Squares.Span);

    /// <summary>After the last: leaves the sum in the bucket.</summary>
    public void End() => _sum.CopyTo(bucket.All);

    /// <summary>Follows a scaling of the gradient.</summary>
    /// <param name="factor">By which the gradient was multiplied.</param>
    public void ScaleSquares(float factor) => Scale.Invoke(team, bucket.Squares.Span, factor * factor);
}
