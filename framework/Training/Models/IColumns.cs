using Compression.Core.Contracts;

namespace Compression.Training.Models;

/// <summary>Some columns of a worker's batch, with the state that they carry on from batch to batch.</summary>
public interface IColumns : IDisposable
{
    /// <summary>These columns among all of the worker's, 0 to 1.</summary>
    double Share { get; }

    /// <summary>Forward and backward pass: adds the gradient of their mean loss to what is there.</summary>
    /// <param name="position">The batch, counted from the start of the epoch.</param>
    /// <param name="factor">By which the loss is multiplied before it is differentiated.</param>
    /// <returns>The mean loss in nats per token, without the factor.</returns>
    double Backward(int position, double factor);

    /// <summary>Begins anew, at the start of a text.</summary>
    void Reset();

    /// <summary>Writes the state for a checkpoint.</summary>
    void Save(IStateWriter writer, string prefix);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(IStateReader reader, string prefix);
}
