using Compression.Core.Contracts;

namespace Compression.Training.Checkpoints;

/// <summary>What one rank hands over to be kept.</summary>
public sealed record CheckpointContents
{
    /// <summary>Where the run stands; the same on all ranks.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Names, types and shapes of the model's tensors, in the order that <see cref="WriteModel"/> writes them.</summary>
    public required IReadOnlyList<TensorEntry> ModelTensors { get; init; }

    /// <summary>Free text by name that goes into the model's file; null for none.</summary>
    public IReadOnlyDictionary<string, string>? ModelMetadata { get; init; }

    /// <summary>Writes the tensors; called on rank 0 only.</summary>
    public required Action<SafetensorsWriter> WriteModel { get; init; }

    /// <summary>Called on the other ranks while rank 0 is in <see cref="WriteModel"/>, which may need their parts.</summary>
    public Action SendModel { get; init; } = static () => { };

    /// <summary>Writes this rank's own state (residuals, hidden state); called twice, see <see cref="StateFile.Write"/>.</summary>
    public required Action<IStateWriter> WriteRankState { get; init; }
}
