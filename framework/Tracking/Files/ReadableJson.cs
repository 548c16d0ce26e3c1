using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Compression.Tracking.Files;

/// <summary>JSON for files that people open: indented, a closing line break, and <c>+</c> in a compressor's name as it is.</summary>
internal static class ReadableJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        // The files are never pasted into HTML unescaped, which is what the stricter default guards against.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The UTF-8 bytes of what <paramref name="write"/> writes.</summary>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
