using Compression.Core.Pipeline;
using Compression.Tracking.Wandb;

namespace Compression.Experiments.Recipes;

/// <summary>What every trainer's options say about workers, output and pipeline, whatever they are called there.</summary>
public sealed record RunSettings
{
    /// <summary>MPI ranks.</summary>
    public required int Workers { get; init; }

    /// <summary>Workers simulated in one process; 0: none.</summary>
    public required int VirtualWorkers { get; init; }

    /// <summary>File with the hosts of the ranks; empty: this host.</summary>
    public required string Hostfile { get; init; }

    /// <summary>Threads a rank; 0: cores by ranks on the host.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether the run needs CUDA.</summary>
    public required bool UseGpu { get; init; }

    /// <summary>Seconds that an exchange may take; 0: no limit.</summary>
    public required double CommTimeout { get; init; }

    /// <summary>Name of the run.</summary>
    public required string ExpName { get; init; }

    /// <summary>The value of <c>--quiet</c>.</summary>
    public required bool Quiet { get; init; }

    /// <summary>The value of <c>--tensorboard</c>.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>What the options say about Weights &amp; Biases; null where the trainer has none.</summary>
    public WandbOptions? Wandb { get; init; }

    /// <summary>The composition, less the flags of components.</summary>
    public required PipelineRequest Pipeline { get; init; }
}
