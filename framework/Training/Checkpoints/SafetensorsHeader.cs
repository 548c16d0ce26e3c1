using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using Compression.Core.Reporting;

namespace Compression.Training.Checkpoints;

/// <summary>
/// The JSON part of a safetensors file: name → {dtype, shape, data_offsets}, and <c>__metadata__</c>, a map of strings. The format
/// (huggingface/safetensors, README) asks that the tensors fill the data without gap or overlap, and that names are unique.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The reserved name.</summary>
    public const string MetadataName = "__metadata__";

    private SafetensorsHeader(Dictionary<string, (TensorEntry Entry, long Offset)> tensors, Dictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>Tensors by name, with the offset of their first byte in the data.</summary>
    public IReadOnlyDictionary<string, (TensorEntry Entry, long Offset)> Tensors { get; }

    /// <summary>Free text by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="file">Named in messages.</param>
    /// <param name="json">The header without its length.</param>
    /// <param name="dataLength">Bytes that follow it.</param>
    /// <exception cref="SafetensorsException">Anything is not as the format has it.</exception>
    public static SafetensorsHeader Parse(string file, ReadOnlyMemory<byte> json, long dataLength)
    {
        if (json.IsEmpty || json.Span[0] != (byte)'{' || !Utf8.IsValid(json.Span))
        {
            throw new SafetensorsException(file, "the header is no JSON object; the file is damaged or not in safetensors format");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return Read(file, document.RootElement, dataLength);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            // InvalidOperationException: a value of another kind than the format has, or an escaped half of a surrogate pair.
            throw new SafetensorsException(
                file, $"the header cannot be read ({cause.Message.ReplaceLineEndings(" ")}); the file is damaged", cause);
        }
    }

    /// <summary>The bytes from the start of a file to its data: length, JSON, spaces up to a multiple of 8.</summary>
    public static byte[] Encode(IReadOnlyList<TensorEntry> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(stackalloc byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                WriteArray(json, "shape", tensor.Shape.AsSpan());
                WriteArray(json, "data_offsets", [offset, checked(offset + tensor.ByteLength)]);
                json.WriteEndObject();
                offset += tensor.ByteLength;
            }

            json.WriteEndObject();
        }

        while (bytes.WrittenCount % sizeof(ulong) != 0)
        {
            bytes.Write(" "u8);
        }

        byte[] header = bytes.WrittenSpan.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }

    private static SafetensorsHeader Read(string file, JsonElement root, long dataLength)
    {
        var tensors = new Dictionary<string, (TensorEntry Entry, long Offset)>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(MetadataName))
            {
                foreach (var item in property.Value.EnumerateObject())
                {
                    metadata.Add(item.Name, item.Value.GetString() ?? throw new FormatException("metadata holds a null"));
                }

                continue;
            }

            tensors.Add(property.Name, ReadTensor(file, property.Name, property.Value));
        }

        CheckTheyFill(file, tensors.Values, dataLength);
        return new SafetensorsHeader(tensors, metadata);
    }

    private static (TensorEntry Entry, long Offset) ReadTensor(string file, string name, JsonElement value)
    {
        JsonElement? type = null, shape = null, offsets = null;
        foreach (var field in value.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype": type = field.Value; break;
                case "shape": shape = field.Value; break;
                case "data_offsets": offsets = field.Value; break;
                default: throw new FormatException($"tensor '{name}' has an unknown field '{field.Name}'");
            }
        }

        if (type is null || shape is null || offsets is null)
        {
            throw new FormatException($"tensor '{name}' lacks dtype, shape or data_offsets");
        }

        var typeOf = type.Value.GetString() switch
        {
            "F32" => TensorType.F32,
            "F64" => TensorType.F64,
            "I32" => TensorType.I32,
            "I64" => TensorType.I64,
            var other => throw new SafetensorsException(file, $"tensor '{name}' is {other}; F32, F64 and I64 can be read: convert it"),
        };
        ImmutableArray<long> sizes = [.. shape.Value.EnumerateArray().Select(size => size.GetInt64())];
        if (sizes.Any(size => size < 0))
        {
            throw new FormatException($"tensor '{name}' has a negative size");
        }

        long[] range = [.. offsets.Value.EnumerateArray().Select(offset => offset.GetInt64())];
        var entry = new TensorEntry(name, typeOf, sizes);
        return range.Length == 2 && range[0] >= 0 && range[1] >= range[0] && range[1] - range[0] == entry.ByteLength
            ? (entry, range[0])
            : throw new FormatException($"tensor '{name}' has data_offsets that do not fit its shape");
    }

    private static void CheckTheyFill(string file, IEnumerable<(TensorEntry Entry, long Offset)> tensors, long dataLength)
    {
        long end = 0;
        foreach (var (entry, offset) in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Entry.ByteLength))
        {
            if (offset != end)
            {
                throw new FormatException($"tensor '{entry.Name}' leaves a gap or overlaps another");
            }

            end += entry.ByteLength;
        }

        if (end != dataLength)
        {
            throw new SafetensorsException(
                file, $"the tensors take {end} {Plural.Of(end, "byte")} and the file holds {dataLength}; it is cut short or damaged: use another copy");
        }
    }

    private static void WriteArray(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
