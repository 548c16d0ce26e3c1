using System.Buffers.Binary;

namespace Compression.Core.Payloads;

/// <summary>
/// The 16 bytes before a worker's payload: "GCP" and the version, the pipeline's fingerprint, the length of the body, its CRC-32C.
/// The body holds the slots' sections one after another; each codec knows where its own ends.
/// </summary>
public static class PayloadFrame
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderLength = 16;

    private const uint MagicAndVersion = 'G' | ('C' << 8) | ('P' << 16) | (1u << 24);

    /// <summary>Starts a payload: resets the writer and leaves room for the header.</summary>
    public static void Begin(PayloadWriter writer)
    {
        writer.Reset();
        BeginNext(writer);
    }

    /// <summary>Starts another payload behind what is written: one for each receiver.</summary>
    /// <returns>Where it starts, for <see cref="Finish"/>.</returns>
    public static int BeginNext(PayloadWriter writer)
    {
        writer.Append(HeaderLength);
        return writer.Length - HeaderLength;
    }

    /// <summary>Fills in the header.</summary>
    /// <param name="writer">Header room and body.</param>
    /// <param name="fingerprint">Of the pipeline and the layout; peers compare it.</param>
    /// <param name="start">Where the payload starts; it ends where the writer does.</param>
    public static void Finish(PayloadWriter writer, uint fingerprint, int start = 0)
    {
        var header = writer.Written.Slice(start, HeaderLength);
        var body = writer.Written[(start + HeaderLength)..];
        BinaryPrimitives.WriteUInt32LittleEndian(header, MagicAndVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], fingerprint);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Checksum.Crc32C(body));
    }

    /// <summary>Checks header and checksum.</summary>
    /// <returns>A reader of the body.</returns>
    /// <exception cref="PayloadException">Not a payload, of another version or pipeline, truncated, or damaged.</exception>
    public static PayloadReader Open(ReadOnlySpan<byte> payload, uint fingerprint)
    {
        if (payload.Length < HeaderLength)
        {
            throw new PayloadException($"A payload of {payload.Length} bytes is shorter than its header.");
        }

        var body = payload[HeaderLength..];
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (magic != MagicAndVersion)
        {
            throw new PayloadException((magic & 0xFFFFFF) == (MagicAndVersion & 0xFFFFFF)
                ? $"The payload has version {magic >> 24}; this program reads version {MagicAndVersion >> 24}."
                : "The bytes are no payload.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) != fingerprint)
        {
            throw new PayloadException("The payload comes from another model or compressor; start all ranks with the same options.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        if (length != (uint)body.Length)
        {
            throw new PayloadException($"The payload's body has {body.Length} bytes, its header says {length}.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(payload[12..]) != Checksum.Crc32C(body))
        {
            throw new PayloadException("The payload's checksum does not match: bytes were damaged on the way.");
        }

        return new PayloadReader(body);
    }
}
