using Compression.Core.Pipeline;

namespace Compression.Core.Gradients;

/// <summary>What a compressor sees of one slot in one step.</summary>
public readonly ref struct GradientView
{
    /// <param name="slot">The parameter.</param>
    /// <param name="raw">This step's gradient.</param>
    /// <param name="compensated">The gradient after the memory's compensation; the same span as <paramref name="raw"/> without memory.</param>
    /// <param name="step">Step, seed and rank.</param>
    public GradientView(ParameterSlot slot, ReadOnlySpan<float> raw, ReadOnlySpan<float> compensated, StepContext step)
    {
        Slot = slot;
        Raw = raw;
        Compensated = compensated;
        Step = step;
    }

    /// <summary>The parameter that the gradient belongs to.</summary>
    public ParameterSlot Slot { get; }

    /// <summary>g: this step's gradient, <c>Slot.Length</c> elements.</summary>
    public ReadOnlySpan<float> Raw { get; }

    /// <summary>p: what is to be compressed, gradient plus what the memory held back.</summary>
    public ReadOnlySpan<float> Compensated { get; }

    /// <summary>Step number, seed and rank; keys for random numbers.</summary>
    public StepContext Step { get; }
}
