using Compression.Core.Composition;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>What a trainer's options say about workers, output and pipeline.</summary>
public sealed record RunSettings
{
    /// <summary>MPI ranks.</summary>
    public required int Workers { get; init; }

    /// <summary>Ranks that serve them.</summary>
    public required int Servers { get; init; }

    /// <summary>All ranks.</summary>
    public int Ranks => Workers + Servers;

    /// <summary>Workers simulated in one process; 0: none.</summary>
    public required int VirtualWorkers { get; init; }

    /// <summary>File with the hosts of the ranks; empty: this host.</summary>
    public required string Hostfile { get; init; }

    /// <summary>Whether a file names the hosts of the ranks.</summary>
    public required bool NamesHosts { get; init; }

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
    public required bool TensorBoard { get; init; }

    /// <summary>What the options say about Weights &amp; Biases.</summary>
    public required WandbOptions Wandb { get; init; }

    /// <summary>The composition, less the flags of components.</summary>
    public required CompressionRequest Pipeline { get; init; }

    /// <summary>What messages call a rank.</summary>
    public required Func<int, string> NameOfRank { get; init; }

    /// <summary>Reads the options of a trainer.</summary>
    /// <param name="options">Checked one by one.</param>
    /// <param name="flags">Flags of components.</param>
    /// <param name="presetFlags">Flags of components that stand below them.</param>
    public static RunSettings Of(TrainerOptions options, IReadOnlyDictionary<string, string> flags, IReadOnlyDictionary<string, string> presetFlags)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RunSettings
        {
            Workers = options.NumWorkers,
            Servers = options.ServerRanks,
            VirtualWorkers = options.VirtualWorkers,
            Hostfile = options.Hostfile,
            NamesHosts = options.NamesHosts,
            Threads = options.Threads,
            UseGpu = options.UseGpu,
            CommTimeout = options.CommTimeout,
            ExpName = options.ExpName,
            Quiet = options.Quiet,
            TensorBoard = options.Tensorboard,
            Wandb = new WandbOptions
            {
                Mode = Enum.Parse<WandbMode>(options.Wandb, ignoreCase: true),
                Project = options.ProjectName,
                DisplayName = options.ExpName,
                Entity = options.WandbEntity,
                Group = options.WandbGroupName,
                JobType = options.WandbJobType,
                Tags = options.WandbTags,
                Notes = options.WandbNotes,
                RunId = options.WandbRunId,
                Resume = Enum.Parse<WandbResume>(options.WandbResume, ignoreCase: true),
            },
            Pipeline = new CompressionRequest(options.Compressor, options.Memory, options.Exchange, options.MinSlotSize, flags)
            {
                PresetFlags = presetFlags,
                SlotOverrides = options.Slot,
                WarmupEpochs = options.WarmupEpochs,
                OptimizerMomentum = options.OptimizerMomentum,
                PlainSgd = options.IsPlainSgd,
                MomentumOption = options.MomentumOption,
                Workers = options.GradientWorkers,
            },
            NameOfRank = options.NameOf,
        };
    }
}
