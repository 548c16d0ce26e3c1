using Compression.Core.Catalog;
using Compression.Core.Contracts;
using Compression.Core.Gradients;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Compressors.Quantizers.Exponent;

/// <summary>
/// Sends the sign and a 3-bit exponent of each value: the nearest power of two, 2^(e−k) with k = 0 to 7 and e = ⌊log₂ M⌋, M being the
/// largest magnitude; what exceeds 2^e becomes 2^e (Tsuzuku, Imachi and Akiba 2018, "Variance-based gradient compression for efficient
/// distributed deep learning", section 4.2).
/// </summary>
/// <remarks>
/// The paper does not send a value that rounds to less than 2^(e−7). Here the sparsifier has chosen, and every value has its 4 bits: if
/// there is such a value, k = 7 stands for zero in this slot and step, and what lies between 0 and 2^(e−6) goes to the nearer of the two.
/// On the wire: a byte that is 1 where k = 7 is zero, 2^e as a float32 (0 where all is zero), then the codes in <see cref="BitPlanes"/>.
/// </remarks>
[Algorithm(
    "exponent", AlgorithmRole.Quantizer, "Tsuzuku et al. 2018",
    DiffersFromPaper = "a value too small for its 3 bits is sent as zero or the least power; the paper does not send it")]
public sealed class ExponentQuantizer : IQuantizer
{
    private readonly ThreadTeam _team;

    /// <param name="context">Threads.</param>
    public ExponentQuantizer(ComponentContext context) => _team = context.Team;

    public void Encode(in Selection selection, ParameterSlot slot, StepContext step, PayloadWriter writer)
    {
        var values = selection.Values;
        if (values.IsEmpty)
        {
            return;
        }

        var (least, greatest) = MagnitudeRange.Invoke(_team, values);
        float magnitude = BitConverter.UInt32BitsToSingle(greatest);
        NonFiniteGradientException.ThrowIfNotFinite(magnitude, slot);

        var grid = greatest == 0 ? new ExponentGrid(0, HasZero: true) : ExponentGrid.For(BitConverter.UInt32BitsToSingle(least), magnitude);
        writer.WriteByte(grid.HasZero ? (byte)1 : (byte)0);
        writer.WriteSingle(greatest == 0 ? 0 : MathF.ScaleB(1, grid.Top));
        ExponentPack.Invoke(_team, values, grid, writer.Append(BitPlanes.ByteCount(values.Length, ExponentGrid.Bits)));
        double bits = 32 + ((double)ExponentGrid.Bits * values.Length);
        writer.CountBits(nominalBits: bits, floorBits: bits);
    }

    public void DecodeAdd(ref PayloadReader reader, ParameterSlot slot, Span<float> destination, float scale)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        byte hasZero = reader.ReadByte();
        if (hasZero > 1)
        {
            throw new PayloadException("Unknown code of exponents.");
        }

        float top = reader.ReadSingle();
        var planes = reader.ReadBytes(BitPlanes.ByteCount(destination.Length, ExponentGrid.Bits));
        ExponentUnpackAdd.Invoke(_team, planes, hasZero == 1, destination, scale * top);
    }
}
