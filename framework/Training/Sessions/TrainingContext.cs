using Compression.Core.Communication;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using static TorchSharp.torch;

namespace Compression.Training.Sessions;

/// <summary>What a trainer is given beside its options.</summary>
/// <param name="Communicator">The real peers, or a world of one.</param>
/// <param name="Logger">Where it reports; silent on ranks other than 0.</param>
/// <param name="Plan">The checked composition of compressor, memory and exchange.</param>
/// <param name="RunFolder">The run directory; checkpoints lie below it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Stop">Asks for an orderly end after the step in progress.</param>
public sealed record TrainingContext(
    ICommunicator Communicator, IRunLogger Logger, CompressionPlan Plan, string RunFolder, TimeProvider Time, CancellationToken Stop)
{
    /// <summary>What the user should know of the options: choices that were made, and options without effect.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The GPU of this process, counted on its host; null: it computes on the CPU.</summary>
    public int? Gpu { get; init; }

    /// <summary>Where this process computes.</summary>
    internal Device Device
    {
        get => field ?? GpuChoice.Device(Gpu);
        init;
    }

    /// <summary>Those who train the same parameters and exchange their gradients: all, unless the model is spread over ranks.</summary>
    public ICommunicator Peers { get; init; } = Communicator;

    /// <summary>Ranks over which one model is spread.</summary>
    public int RanksOfModel => Communicator.WorldSize / Peers.WorldSize;
}
