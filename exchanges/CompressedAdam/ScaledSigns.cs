using System.Buffers.Binary;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;

namespace Compression.Exchanges.CompressedAdam;

/// <summary>C(x) = (‖x‖₁/d)·sign(x) of each block of each parameter, sign(0) = +: one scale, then 1 bit an element.</summary>
/// <param name="block">Elements of a block, a multiple of 8; 0: one block a parameter.</param>
/// <param name="context">Threads.</param>
internal sealed class ScaledSigns(int block, ComponentContext context) : ICompressor
{
    // Blocks are too short to be dealt out to threads.
    private readonly ThreadTeam _team = block == 0 ? context.Team : ThreadTeam.Single;

    public void Compress(in GradientView gradient, PayloadWriter writer)
    {
        int blocks = 0;
        for (var values = gradient.Compensated; !values.IsEmpty; values = values[BlockOf(values.Length)..])
        {
            int length = BlockOf(values.Length);
            var room = writer.Append(sizeof(float) + BitsLength(length));
            float scale = (float)(SignPack.Invoke(_team, values[..length], room[sizeof(float)..]) / length);
            if (!float.IsFinite(scale))
            {
                throw new NonFiniteGradientException(gradient.Slot, "its mean magnitude is not finite.");
            }

            BinaryPrimitives.WriteSingleLittleEndian(room, scale);
            blocks++;
        }

        double bits = (32.0 * blocks) + gradient.Slot.Length;
        writer.CountBits(bits, bits);
    }

    public void Decompress(ref PayloadReader reader, GradientAccumulator destination)
    {
        for (var sum = destination.TakeAll(); !sum.IsEmpty; sum = sum[BlockOf(sum.Length)..])
        {
            int length = BlockOf(sum.Length);
            float scale = reader.ReadSingle();
            SignUnpackAdd.Invoke(_team, reader.ReadBytes(BitsLength(length)), sum[..length], destination.Scale * scale);
        }
    }

    private int BlockOf(int elements) => block == 0 ? elements : Math.Min(block, elements);

    private static int BitsLength(int elements) => (elements + 7) / 8;
}
