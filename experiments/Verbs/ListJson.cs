using System.Text;
using System.Text.Json;

namespace Compression.Experiments.Verbs;

/// <summary>What the list verbs print for other programs.</summary>
internal static class ListJson
{
    /// <summary>The text of an object.</summary>
    /// <param name="write">Writes what is in it.</param>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
