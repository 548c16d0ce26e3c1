using System.Collections.ObjectModel;

namespace Compression.Core.Composition;

/// <summary>How the user describes a pipeline.</summary>
/// <param name="Compressor">Composition, for example <c>topk(ratio=0.001)+sign</c>, or a historic name.</param>
/// <param name="Memory">A memory, or <c>auto</c>: residual for compressors that want one, none for others.</param>
/// <param name="Exchange">An exchange, or <c>auto</c>.</param>
/// <param name="MinSlotSize">Slots with fewer elements go dense.</param>
/// <param name="Flags">Component flags of the command line, without dashes, as texts.</param>
public sealed record CompressionRequest(
    string Compressor, string Memory = "auto", string Exchange = "auto", int MinSlotSize = 0, IReadOnlyDictionary<string, string>? Flags = null)
{
    /// <summary>Component flags of the command line, without dashes, as texts.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; init; } = Flags ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Compressors of single parameters: <c>pattern=composition</c>, several separated by <c>;</c>.</summary>
    public string SlotOverrides { get; init; } = "";

    /// <summary>The option that names the compressor, for messages.</summary>
    public string CompressorOption { get; init; } = "--compressor";

    /// <summary>The optimizer's own momentum; memories that apply momentum refuse to be added to it.</summary>
    public double OptimizerMomentum { get; init; }

    /// <summary>The optimizer's step is the learning rate times the average and nothing else, so that a residual can be counted in steps.</summary>
    public bool PlainSgd { get; init; }

    /// <summary>The option that sets the optimizer's momentum.</summary>
    public string MomentumOption { get; init; } = "--momentum";

    /// <summary>Workers, as far as known at composition; the measured choice of an exchange needs more than two.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Epochs in which more is sent; 0 for none.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>Component flags that a preset sets: <see cref="Flags"/> go over them, and none has to act.</summary>
    public IReadOnlyDictionary<string, string> PresetFlags { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
