using System.Buffers.Binary;

namespace Compression.Core.Payloads;

/// <summary>
/// Writes a worker's payload, little-endian, into a buffer that grows and is reused from step to step, and counts the payload's nominal
/// size and floor.
/// </summary>
public sealed class PayloadWriter
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(4096, pinned: true);

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bits by the formula of the method's paper.</summary>
    public double NominalBits { get; private set; }

    /// <summary>Bits at the entropy of the method's code.</summary>
    public double FloorBits { get; private set; }

    /// <summary>What was written.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>What was written, for an exchange that goes on by itself.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Forgets everything but keeps the room.</summary>
    public void Reset()
    {
        Length = 0;
        NominalBits = 0;
        FloorBits = 0;
    }

    /// <summary>Appends <paramref name="count"/> bytes of undefined content and hands them out to be filled.</summary>
    public Span<byte> Append(int count)
    {
        int end = checked(Length + count);
        if (end > _bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)), pinned: true);
            Written.CopyTo(larger);
            _bytes = larger;
        }

        var room = _bytes.AsSpan(Length, count);
        Length = end;
        return room;
    }

    /// <summary>Takes back the last bytes, after more were appended than were needed.</summary>
    public void Trim(int count) => Length -= count;

    /// <summary>Appends one byte.</summary>
    public void WriteByte(byte value) => Append(1)[0] = value;

    /// <summary>Appends a float32.</summary>
    public void WriteSingle(float value) => BinaryPrimitives.WriteSingleLittleEndian(Append(sizeof(float)), value);

    /// <summary>Appends a non-negative number, 7 bits a byte.</summary>
    public void WriteCount(int value)
    {
        uint rest = (uint)value;
        while (rest >= 0x80)
        {
            WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        WriteByte((byte)rest);
    }

    /// <summary>Books what the method's paper counts for these entries, and the entropy of their code, both in bits.</summary>
    public void CountBits(double nominalBits, double floorBits)
    {
        NominalBits += nominalBits;
        FloorBits += floorBits;
    }
}
