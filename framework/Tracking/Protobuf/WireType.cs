namespace Compression.Tracking.Protobuf;

/// <summary>How a field's value is laid out; the lowest three bits of its tag.</summary>
internal enum WireType
{
    /// <summary>Seven bits a byte, lowest first, the top bit set on all but the last.</summary>
    Varint = 0,

    /// <summary>Eight bytes, little-endian.</summary>
    Fixed64 = 1,

    /// <summary>A varint of the length, then as many bytes: strings, messages, packed numbers.</summary>
    Bytes = 2,

    /// <summary>Four bytes, little-endian.</summary>
    Fixed32 = 5,
}
