using Compression.Core.Contracts;
using Compression.Core.Kernels;

namespace Compression.Training.Optimizers;

/// <summary>Vectors that an optimizer keeps beside the parameters, its count of steps, and room for the direction of a step.</summary>
/// <param name="length">Parameters.</param>
/// <param name="names">One a vector.</param>
internal sealed class FlatMoments(int length, params string[] names)
{
    private const string StepsName = "optimizer/steps";

    private readonly float[][] _vectors = [.. names.Select(_ => new float[length])];

    /// <summary>Vectors that begin with a value other than 0.</summary>
    public static FlatMoments Of(int length, float initial, params string[] names)
    {
        var moments = new FlatMoments(length, names);
        foreach (float[] vector in moments._vectors)
        {
            Array.Fill(vector, initial);
        }

        return moments;
    }

    /// <summary>Where a step builds its direction; the gradients stay as they are.</summary>
    public float[] Direction { get; } = new float[length];

    /// <summary>Steps done.</summary>
    public long Steps { get; set; }

    /// <summary>A vector, zero at first.</summary>
    public float[] this[int index] => _vectors[index];

    /// <summary>g, or with weight decay λ in the direction's place g + λp.</summary>
    public ReadOnlySpan<float> Decayed(ThreadTeam team, ReadOnlySpan<float> gradient, ReadOnlySpan<float> parameters, double weightDecay)
    {
        if (weightDecay == 0)
        {
            return gradient;
        }

        gradient.CopyTo(Direction);
        AddScaled.Invoke(team, Direction, 1, parameters, (float)weightDecay);
        return Direction;
    }

    public void Save(IStateWriter writer)
    {
        writer.Write(StepsName, [Steps]);
        for (int i = 0; i < names.Length; i++)
        {
            writer.Write($"optimizer/{names[i]}", _vectors[i]);
        }
    }

    public void Load(IStateReader reader)
    {
        long[] steps = new long[1];
        reader.Read(StepsName, steps);
        Steps = steps[0];
        for (int i = 0; i < names.Length; i++)
        {
            reader.Read($"optimizer/{names[i]}", _vectors[i]);
        }
    }
}
