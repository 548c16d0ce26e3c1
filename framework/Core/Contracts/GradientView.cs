using Compression.Core.Gradients;
using Compression.Core.Kernels;

namespace Compression.Core.Contracts;

/// <summary>What a compressor sees of one slot in one step.</summary>
public readonly ref struct GradientView
{
    private readonly ReadOnlySpan<float> _raw;
    private readonly DeferredGradient _compensated;
    private readonly ReadOnlySpan<float> _squares;

    /// <summary>A view into complete buffers.</summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="raw">This step's gradient of all slots.</param>
    /// <param name="compensated">The gradient of all slots after the memory's compensation; the same as <paramref name="raw"/> without memory.</param>
    /// <param name="step">Step, seed and rank.</param>
    /// <param name="squares">Of all slots, the sum over the micro-batches of their squared gradients; empty where nobody asked for it.</param>
    public GradientView(
        ParameterSlot slot, ReadOnlySpan<float> raw, ReadOnlySpan<float> compensated, StepContext step, ReadOnlySpan<float> squares = default)
        : this(slot, raw, new DeferredGradient(compensated), step, squares)
    {
    }

    /// <summary>A view whose compensation is left to the compressor.</summary>
    /// <param name="slot">The parameter.</param>
    /// <param name="raw">This step's gradient of all slots.</param>
    /// <param name="compensated">The gradient of all slots after the memory's compensation.</param>
    /// <param name="step">Step, seed and rank.</param>
    /// <param name="squares">As above.</param>
    public GradientView(
        ParameterSlot slot, ReadOnlySpan<float> raw, DeferredGradient compensated, StepContext step, ReadOnlySpan<float> squares)
    {
        Slot = slot;
        Step = step;
        _raw = raw;
        _compensated = compensated;
        _squares = squares;
    }

    /// <summary>The parameter that the gradient belongs to.</summary>
    public ParameterSlot Slot { get; }

    /// <summary>g: this step's gradient, <c>Slot.Length</c> elements.</summary>
    public ReadOnlySpan<float> Raw => _raw.Slice(Slot.Offset, Slot.Length);

    /// <summary>p: what is to be compressed, gradient plus what the memory held back.</summary>
    public ReadOnlySpan<float> Compensated => Deferred.Values;

    /// <summary>p where it may not be added up yet; only compressors that say so (<see cref="ICompressor.CompletesSum"/>) are given such.</summary>
    public DeferredGradient Deferred => _compensated.Slice(Slot.Offset, Slot.Length);

    /// <summary>
    /// Σ_j c_j² over the micro-batches, where Σ_j c_j = g; <c>Slot.Length</c> elements. Filled only if the compressor's
    /// <see cref="IMicroBatchOptions.MicroBatches"/> asks for it, else empty.
    /// </summary>
    public ReadOnlySpan<float> Squares => _squares.IsEmpty ? default : _squares.Slice(Slot.Offset, Slot.Length);

    /// <summary>Step number, seed and rank; keys for random numbers.</summary>
    public StepContext Step { get; }

    /// <summary>The same gradient in another step context, for decorators.</summary>
    public GradientView In(StepContext step) => new(Slot, _raw, _compensated, step, _squares);
}
