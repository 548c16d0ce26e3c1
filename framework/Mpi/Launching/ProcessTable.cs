using System.Globalization;

namespace Compression.Mpi.Launching;

/// <summary>A process of this host.</summary>
/// <param name="Number">Its process number.</param>
/// <param name="Parent">The process that started it, or adopted it.</param>
/// <param name="Session">The number of the process that leads its session.</param>
internal readonly record struct ProcessEntry(int Number, int Parent, int Session);

/// <summary>Reads from /proc which processes there are.</summary>
internal static class ProcessTable
{
    /// <summary>All processes that have not ended; those that ended and wait to be noticed are left out.</summary>
    public static IEnumerable<ProcessEntry> Read()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && ReadEntry(folder, number) is { } entry)
            {
                yield return entry;
            }
        }
    }

    private static ProcessEntry? ReadEntry(string folder, int number)
    {
        try
        {
            // "number (name) state parent group session ..."; the name may hold anything, spaces and brackets too.
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessEntry(
                    number,
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
