using System.Collections;
using System.Globalization;
using System.Text.Json;
using Compression.Tracking.Files;

namespace Compression.Tracking.Provenance;

/// <summary>
/// config.json: <c>{"options": {name: value}, "from_command_line": [name], "command_line": text}</c>, values with their JSON
/// types. An infinite or NaN value becomes a string ("Infinity", "-Infinity", "NaN"), as an option must not be lost.
/// </summary>
public static class ConfigFile
{
    /// <summary>Replaces the file in one piece.</summary>
    /// <exception cref="ArgumentException">A value has a type that JSON does not know.</exception>
    /// <exception cref="Core.Reporting.UserErrorException">The file cannot be written.</exception>
    public static void Write(RunDirectory directory, IReadOnlyList<ConfigEntry> options, string commandLine) =>
        AtomicFile.Write(directory.PathOf(RunFiles.Config), ReadableJson.Bytes(writer => Write(writer, options, commandLine)));

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<ConfigEntry> options, string commandLine)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("options");
        foreach (var option in options)
        {
            writer.WritePropertyName(option.Name);
            WriteValue(writer, option.Name, option.Value);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("from_command_line");
        foreach (var option in options.Where(option => option.FromCommandLine))
        {
            writer.WriteStringValue(option.Name);
        }

        writer.WriteEndArray();
        writer.WriteString("command_line", commandLine);
        writer.WriteEndObject();
    }

    /// <summary>Writes an option's value.</summary>
    internal static void WriteValue(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case string text: writer.WriteStringValue(text); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case uint number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): writer.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): writer.WriteNumberValue(number); break;
            case float or double: writer.WriteStringValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)); break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    WriteValue(writer, name, item);
                }

                writer.WriteEndArray();
                break;
            default: throw new ArgumentException($"option {name} has a value of type {value.GetType()}, which JSON does not know");
        }
    }
}
