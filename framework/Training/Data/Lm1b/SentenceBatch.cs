namespace Compression.Training.Data.Lm1b;

/// <summary>A batch of T time steps and B rows; element t·B + b of each array belongs to time step t of row b.</summary>
public sealed class SentenceBatch
{
    /// <param name="timeSteps">T, at least 1.</param>
    /// <param name="batchSize">B, at least 1.</param>
    public SentenceBatch(int timeSteps, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeSteps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        TimeSteps = timeSteps;
        BatchSize = batchSize;
        Input = new int[timeSteps * batchSize];
        Target = new int[Input.Length];
        Weight = new float[Input.Length];
    }

    /// <summary>T.</summary>
    public int TimeSteps { get; }

    /// <summary>B.</summary>
    public int BatchSize { get; }

    /// <summary>Ids that the model reads; the sentence mark where <see cref="Weight"/> is 0.</summary>
    public int[] Input { get; }

    /// <summary>Ids that it predicts; the sentence mark where <see cref="Weight"/> is 0.</summary>
    public int[] Target { get; }

    /// <summary>1, or 0 where the row has ended.</summary>
    public float[] Weight { get; }

    /// <summary>Copies the elements of a batch of the same shape.</summary>
    internal void CopyFrom(SentenceBatch other)
    {
        other.Input.CopyTo(Input, 0);
        other.Target.CopyTo(Target, 0);
        other.Weight.CopyTo(Weight, 0);
    }
}
