using Compression.Core.Contracts;

namespace Compression.Core.Catalog;

/// <summary>
/// Enters a class into the catalogue. The class has one public constructor whose parameters are any of: its options record, a
/// <see cref="ComponentContext"/>, and, for an exchange, the compressor (or a <see cref="CompressorFactory"/>) and the memory.
/// </summary>
/// <param name="name">The name on the command line.</param>
/// <param name="role">Its part in the pipeline.</param>
/// <param name="source">Paper or origin.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class AlgorithmAttribute(string name, AlgorithmRole role, string source) : Attribute
{
    /// <summary>The name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>Its part in the pipeline.</summary>
    public AlgorithmRole Role { get; } = role;

    /// <summary>Paper or origin.</summary>
    public string Source { get; } = source;

    /// <summary>What is computed otherwise than its paper says, as <c>list</c> and docs/algorithms.md show it; empty where nothing is.</summary>
    public string DiffersFromPaper { get; init; } = "";

    /// <summary>What it promises and asks for, whatever its options.</summary>
    public AlgorithmTraits Traits { get; init; }

    /// <summary>Of an exchange: what it can carry.</summary>
    public PayloadForm Carries { get; init; } = PayloadForm.Any;

    /// <summary>Of an exchange that takes no memory: why, as the end of a sentence. Empty where there would be nothing to keep.</summary>
    public string WithoutMemory { get; init; } = "";

    /// <summary>Of an exchange: it compresses by itself, all parameters and epochs alike, so that rules for some of them cannot act.</summary>
    public bool CompressesAlike { get; init; }

    /// <summary>Of a sparsifier: the value code that its paper gives it, used where the composition names no quantizer.</summary>
    public string Quantizer { get; init; } = "float32";
}
