using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Natural;

/// <summary>
/// Sends each value's sign and one of the two neighbouring powers of two, drawn without bias: |v| = 2^a·m becomes 2^(a+1) with probability
/// m − 1, else 2^a (natural compression; Horváth et al. 2019, Definition 1). 9 bits a value: exponent bytes, then sign bits.
/// </summary>
/// <remarks>
/// Zero stays zero. A subnormal becomes 0 or 2⁻¹²⁶, without bias as all others. Magnitudes above 2¹²⁷ have no upper neighbour among
/// float32 and become 2¹²⁷.
/// </remarks>
[Algorithm(
    "natural", AlgorithmRole.Quantizer, "natural compression, Horváth et al. 2019", Traits = AlgorithmTraits.Unbiased,
    DiffersFromPaper = "magnitudes above 2^127 become 2^127")]
public sealed class NaturalQuantizer : IQuantizer
{
    private readonly ThreadTeam _team;

    /// <param name="context">Threads.</param>
    public NaturalQuantizer(ComponentContext context) => _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        int length = checked(values.Length + SignBytes(values.Length));
        var random = new Threefry(RandomKey.Mix(step.Seed, step.Rank, step.Step, slot.Key, RandomPurpose.Rounding));
        var room = writer.Append(length);
        float largest = NaturalPack.Invoke(_team, values, random, room[..values.Length], room[values.Length..]);
        if (!float.IsFinite(largest))
        {
            writer.Trim(length);
            throw new NonFiniteGradientException(slot, $"it holds {largest}; lower the learning rate or clip the gradient.");
        }

        writer.CountBits(nominalBits: 9.0 * values.Length, floorBits: 9.0 * values.Length);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        var exponents = reader.ReadBytes(destination.Length);
        NaturalUnpackAdd.Invoke(_team, exponents, reader.ReadBytes(SignBytes(destination.Length)), destination, scale);
    }

    private static int SignBytes(int values) => (int)(((long)values + 7) / 8);
}
