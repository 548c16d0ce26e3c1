using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Core.Contracts;

/// <summary>
/// Where decoded gradients go: <c>destination[i] += scale · value</c>. Decoders add, so that the payloads of many peers sum up in
/// one buffer without a dense temporary for each.
/// </summary>
public readonly ref struct GradientAccumulator
{
    private readonly Span<float> _destination;

    /// <param name="slot">The parameter that is decoded.</param>
    /// <param name="destination">The sum; <c>slot.Length</c> elements.</param>
    /// <param name="scale">Factor of every value: 1/n for a mean, −1 to take away what was sent.</param>
    /// <param name="step">The step in which the payload was made.</param>
    public GradientAccumulator(ParameterSlot slot, Span<float> destination, float scale, StepContext step)
    {
        Step = step;
        Slot = slot;
        _destination = destination;
        Scale = scale;
    }

    /// <summary>The parameter that is decoded.</summary>
    public ParameterSlot Slot { get; }

    /// <summary>
    /// As long as the destination: where some entries only are added to, be it a 0, they are set to zero here. Empty where nobody asks
    /// which entries were sent.
    /// </summary>
    public Span<float> Cleared { get; init; }

    /// <summary>
    /// The sum is given what was sent as it is, be it coefficients of a transform: whoever adds up payloads from zero on has it transformed back once, by
    /// <see cref="ICompressor.TransformBack"/>, and not once for each.
    /// </summary>
    public bool TakesCoefficients { get; init; }

    /// <summary>Step, seed and epoch, which sender and receivers share; the rank is the reader's, not the sender's.</summary>
    public StepContext Step { get; }

    /// <summary>The factor applied to every decoded value.</summary>
    public float Scale { get; }

    /// <summary>Adds <c>scale · values[j]</c> at <c>indices[j]</c>.</summary>
    /// <param name="indices">Positions within the slot, strictly ascending, each below its length (checked).</param>
    /// <param name="values">As many values.</param>
    /// <param name="team">Threads; the caller's alone if none are given.</param>
    /// <exception cref="PayloadException">Indices that are out of order or outside.</exception>
    public void AddAt(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, ThreadTeam? team = null)
    {
        if (!ScatterAdd.TryInvoke(team ?? ThreadTeam.Single, _destination, indices, values, Scale))
        {
            throw new PayloadException($"Indices are not ascending, or lie outside the slot of {_destination.Length} elements.");
        }

        if (indices.Length < Cleared.Length)
        {
            foreach (int index in indices)
            {
                Cleared[index] = 0;
            }
        }
    }

    /// <summary>The running sum of the whole slot, for decoders that add <c>Scale · value</c> to every entry.</summary>
    public Span<float> TakeAll() => _destination;

    /// <summary>The same destination in another step context, for decorators.</summary>
    public GradientAccumulator In(StepContext step) => new(Slot, _destination, Scale, step) { Cleared = Cleared, TakesCoefficients = TakesCoefficients };
}
