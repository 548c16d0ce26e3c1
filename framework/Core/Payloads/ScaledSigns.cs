using System.Buffers.Binary;
using Compression.Core.Kernels;

namespace Compression.Core.Payloads;

/// <summary>One magnitude, then 1 bit a value for its sign; sign(0) = +. Nothing for no values.</summary>
public static class ScaledSigns
{
    /// <summary>Writes values.</summary>
    /// <param name="team">Threads.</param>
    /// <param name="values">The values.</param>
    /// <param name="magnitude">What is written for all; NaN: their mean magnitude.</param>
    /// <param name="writer">Takes 4 + ⌈n/8⌉ bytes.</param>
    /// <returns>The magnitude that was written, which the caller refuses where it is not finite; 0 for no values.</returns>
    public static float Write(ThreadTeam team, ReadOnlySpan<float> values, float magnitude, PayloadWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (values.IsEmpty)
        {
            return 0;
        }

        var room = writer.Append(sizeof(float) + BitsLength(values.Length));
        float mean = (float)(SignPack.Invoke(team, values, room[sizeof(float)..]) / values.Length), written = float.IsNaN(magnitude) ? mean : magnitude;
        BinaryPrimitives.WriteSingleLittleEndian(room, written);
        writer.CountBits(nominalBits: 32.0 + values.Length, floorBits: 32.0 + values.Length);
        return written;
    }

    /// <summary><c>destination += scale · value</c>.</summary>
    /// <param name="reader">At what <see cref="Write"/> wrote of as many values.</param>
    /// <param name="team">Threads.</param>
    /// <param name="destination">The sum.</param>
    /// <param name="scale">The factor.</param>
    /// <exception cref="PayloadException">The bytes end before.</exception>
    public static void AddTo(ref PayloadReader reader, ThreadTeam team, Span<float> destination, float scale)
    {
        if (!destination.IsEmpty)
        {
            float magnitude = reader.ReadSingle();
            SignUnpackAdd.Invoke(team, reader.ReadBytes(BitsLength(destination.Length)), destination, scale * magnitude);
        }
    }

    private static int BitsLength(int values) => (values + 7) / 8;
}
