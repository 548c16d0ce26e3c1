using Compression.Core.Gradients;

namespace Compression.Benchmarks;

/// <summary>
/// One gradient, and what methods with a state look at besides. Methods that look at the step apart from the residual, or at its
/// noise, see a step of the gradient's own size, and noise for which an entry waits between 10 and 70 steps. The measurement begins
/// anywhere in between.
/// </summary>
internal sealed class CompressorInput
{
    /// <param name="bucket">The gradient with the residual.</param>
    public CompressorInput(GradientBucket bucket)
    {
        Bucket = bucket;
        int length = bucket.Layout.Length;
        Step = [.. bucket.All[(length / 2)..], .. bucket.All[..(length / 2)]];
        (Squares, PassedSum, PassedSquares) = (new float[length], new float[length], new float[length]);
        var random = new Random(2);
        for (int i = 0; i < length; i++)
        {
            float wait = 10 + (60 * random.NextSingle()), passed = MathF.Floor(wait * random.NextSingle());
            Squares[i] = Step[i] * Step[i] * wait;
            (PassedSum[i], PassedSquares[i]) = (passed * Step[i], passed * Squares[i]);
        }
    }

    /// <summary>The same gradient, a vector alone as the matrix of its entries that is nearest to a square.</summary>
    public CompressorInput AsMatrix()
    {
        var layout = Bucket.Layout;
        if (layout.Slots is not [{ Shape.Length: 1 } vector])
        {
            return this;
        }

        long columns = (long)Math.Sqrt(vector.Length);
        while (vector.Length % columns != 0)
        {
            columns--;
        }

        var matrix = BucketLayout.Create([(vector.Name, (IReadOnlyList<long>)[vector.Length / columns, columns])]);
        return new CompressorInput(new GradientBucket(matrix, Bucket.All.ToArray()));
    }

    /// <summary>What is compressed.</summary>
    public GradientBucket Bucket { get; }

    /// <summary>The step alone, as many elements.</summary>
    public float[] Step { get; }

    /// <summary>Sums of squares over the step's micro-batches.</summary>
    public float[] Squares { get; }

    /// <summary>Sum of the steps before the measurement.</summary>
    public float[] PassedSum { get; }

    /// <summary>Sum of their squares.</summary>
    public float[] PassedSquares { get; }
}
