using System.Globalization;
using CsvHelper;

namespace Compression.Tracking.Files;

/// <summary>Rows as CSV: invariant culture, line breaks of Unix, doubles at the shortest text that reads back to the same bits.</summary>
public static class CsvText
{
    private static readonly CsvWriterOptions s_format = new() { NewLine = "\n", BufferSize = 4096 };

    /// <summary>A line for each row.</summary>
    /// <param name="rows">Texts, whole numbers, doubles.</param>
    public static string Of(IEnumerable<IEnumerable<object>> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = CsvWriter.Create(text, s_format, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                foreach (object field in row)
                {
                    csv.WriteField(field);
                }

                csv.EndRecord();
            }
        }

        return text.ToString();
    }
}
