using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers;

/// <summary>
/// Sends values in IEEE 754 binary16, 16 bits each, rounded to the nearest, ties to even; subnormal results are exact to 2⁻²⁵. Magnitudes
/// above 65504, infinities and NaN are errors, or saturate on request.
/// </summary>
/// <param name="options">What becomes of too large values.</param>
/// <param name="context">Threads.</param>
[Algorithm("float16", AlgorithmRole.Quantizer, "IEEE 754 half precision")]
public sealed class Float16Quantizer(Float16Options options, ComponentContext context) : IQuantizer
{
    private readonly ThreadTeam _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        int length = checked(sizeof(ushort) * values.Length);
        float largest = HalfwordPack.Invoke<Float16Format>(_team, values, writer.Append(length));
        if (options.Overflow == Float16Overflow.Error && !(largest <= Float16Format.Largest))
        {
            writer.Trim(length);
            throw new NonFiniteGradientException(slot, float.IsFinite(largest)
                ? FormattableString.Invariant(
                    $"its largest magnitude is {largest:g6}, float16 ends at 65504; use bfloat16, or --float16_overflow saturate.")
                : $"it holds {largest}; lower the learning rate or clip the gradient.");
        }

        writer.CountBits(nominalBits: 16.0 * values.Length, floorBits: 16.0 * values.Length);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        var bytes = reader.ReadBytes(checked(sizeof(ushort) * destination.Length));
        HalfwordUnpackAdd.Invoke<Float16Format>(_team, bytes, destination, scale);
    }
}
