using System.Globalization;
using System.Text;

namespace Compression.Experiments.Sweeps;

/// <summary>The newest row of a table that a run is still writing.</summary>
internal static class MetricsTail
{
    // Some ten rows.
    private const int TailBytes = 4096;

    /// <summary>Reads the last whole row by column; a torn one after it is passed over. Empty where there is no row.</summary>
    public static IReadOnlyDictionary<string, double> Read(string path)
    {
        var row = new Dictionary<string, double>();
        if (!File.Exists(path))
        {
            return row;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        string[] names = FirstLine(stream).Split(',');
        string tail = Tail(stream);
        string[] whole = tail[..(tail.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[]? fields = whole.Select(line => line.Split(',')).LastOrDefault(line => line.Length == names.Length && IsNumber(line[0]));
        for (int column = 0; column < (fields?.Length ?? 0); column++)
        {
            if (IsNumber(fields![column]))
            {
                row[names[column]] = double.Parse(fields[column], CultureInfo.InvariantCulture);
            }
        }

        return row;
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string FirstLine(FileStream stream) => new StreamReader(stream, Encoding.UTF8, leaveOpen: true).ReadLine() ?? "";

    private static string Tail(FileStream stream)
    {
        stream.Seek(-Math.Min(stream.Length, TailBytes), SeekOrigin.End);
        return new StreamReader(stream, Encoding.UTF8, leaveOpen: true).ReadToEnd();
    }
}
