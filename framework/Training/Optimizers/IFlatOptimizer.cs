using Compression.Core.Contracts;

namespace Compression.Training.Optimizers;

/// <summary>An optimizer over a model's flat vectors.</summary>
public interface IFlatOptimizer : IDisposable
{
    /// <summary>One step from the gradients at hand.</summary>
    /// <param name="learningRate">η.</param>
    void Step(double learningRate);

    /// <summary>Writes its state for a checkpoint.</summary>
    void Save(IStateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(IStateReader reader);
}
