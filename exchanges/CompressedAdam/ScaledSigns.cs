using System.Buffers.Binary;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>C(x) = (‖x‖₁/d)·sign(x) of each parameter, sign(0) = +: one scale, then 1 bit an element.</summary>
/// <param name="context">Threads.</param>
internal sealed class ScaledSigns(ComponentContext context) : ICompressor
{
    public void Compress(in GradientView gradient, PayloadWriter writer)
    {
        var values = gradient.Compensated;
        if (values.IsEmpty)
        {
            return;
        }

        var room = writer.Append(sizeof(float) + BitsLength(values.Length));
        float scale = (float)(SignPack.Invoke(context.Team, values, room[sizeof(float)..]) / values.Length);
        if (!float.IsFinite(scale))
        {
            throw new NonFiniteGradientException(gradient.Slot, "its mean magnitude is not finite.");
        }

        BinaryPrimitives.WriteSingleLittleEndian(room, scale);
        writer.CountBits(32.0 + values.Length, 32.0 + values.Length);
    }

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
    {
        var sum = destination.TakeAll();
        if (!sum.IsEmpty)
        {
            float scale = reader.ReadSingle();
            SignUnpackAdd.Invoke(context.Team, reader.ReadBytes(BitsLength(sum.Length)), sum, destination.Scale * scale);
        }
    }

    private static int BitsLength(int elements) => (elements + 7) / 8;
}
