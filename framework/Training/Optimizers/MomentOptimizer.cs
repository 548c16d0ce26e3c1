using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Training.Parameters;

namespace Compression.Training.Optimizers;

/// <summary>An optimizer that keeps moments of the gradients, a vector each, and counts its steps.</summary>
/// <param name="model">What is trained.</param>
/// <param name="team">Threads.</param>
/// <param name="initial">Where the moments begin.</param>
/// <param name="names">One a moment.</param>
public abstract class MomentOptimizer(FlatModel model, ThreadTeam team, float initial, params string[] names) : IFlatOptimizer
{
    private const string StepsName = "optimizer/steps";

    private readonly float[][] _moments = [.. names.Select(_ => Enumerable.Repeat(initial, model.Layout.Length).ToArray())];

    /// <summary>What is trained.</summary>
    protected FlatModel Model => model;

    /// <summary>Threads.</summary>
    protected ThreadTeam Team => team;

    /// <summary>Steps done.</summary>
    protected long Steps { get; set; }

    /// <summary>Where a step builds its direction; the gradients stay as they are.</summary>
    protected float[] Direction { get; } = new float[model.Layout.Length];

    public abstract void Step(double learningRate);

    public void Save(IStateWriter writer)
    {
        writer.Write(StepsName, [Steps]);
        for (int i = 0; i < names.Length; i++)
        {
            writer.Write($"optimizer/{names[i]}", _moments[i]);
        }
    }

    public void Load(IStateReader reader)
    {
        long[] steps = new long[1];
        reader.Read(StepsName, steps);
        Steps = steps[0];
        for (int i = 0; i < names.Length; i++)
        {
            reader.Read($"optimizer/{names[i]}", _moments[i]);
        }
    }

    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>A moment, in the order of the names.</summary>
    protected float[] Moment(int index) => _moments[index];

    /// <summary>g, or with weight decay λ in the direction's place g + λp.</summary>
    protected ReadOnlySpan<float> Decayed(ReadOnlySpan<float> parameters, double weightDecay)
    {
        var gradient = model.Bucket.All;
        if (weightDecay == 0)
        {
            return gradient;
        }

        gradient.CopyTo(Direction);
        AddScaled.Invoke(team, Direction, 1, parameters, (float)weightDecay);
        return Direction;
    }
}
