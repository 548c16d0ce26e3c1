using System.Globalization;
using System.Text;

namespace Compression.Mpi.Launching;

/// <summary>A process of this host.</summary>
/// <param name="Number">Its process number.</param>
/// <param name="Parent">The process that started it, or adopted it.</param>
/// <param name="Session">The number of the process that leads its session.</param>
internal readonly record struct ProcessEntry(int Number, int Parent, int Session)
{
    /// <summary>True of a process that has ended, which nobody has taken notice of.</summary>
    public bool HasEnded { get; init; }

    /// <summary>When it was started, in clock ticks.</summary>
    public long Started { get; init; }

    /// <summary>The code it ended with: 128 + n after signal n. Meaningful once it has ended.</summary>
    public int ExitCode { get; init; }
}

/// <summary>Reads from /proc which processes there are.</summary>
public static class ProcessTable
{
    // Places in /proc/PID/stat, counted from the state.
    private const int ParentField = 1;
    private const int SessionField = 3;
    private const int StartField = 19;
    private const int ExitField = 49;

    /// <summary>All processes that have not ended; those that ended and wait to be noticed are left out.</summary>
    internal static IEnumerable<ProcessEntry> Read() => ReadAll().Where(entry => !entry.HasEnded);

    /// <summary>The children of a process in the order of their start, and those that ended while it has not noticed.</summary>
    internal static IReadOnlyList<ProcessEntry> Children(int parent) =>
        [.. ReadAll().Where(entry => entry.Parent == parent).OrderBy(entry => entry.Started).ThenBy(entry => entry.Number)];

    /// <summary>Children of a process and theirs, as far down as it goes.</summary>
    internal static IReadOnlyList<int> Descendants(int ancestor)
    {
        var children = Read().ToLookup(entry => entry.Parent, entry => entry.Number);
        List<int> found = [ancestor];
        for (int next = 0; next < found.Count; next++)
        {
            found.AddRange(children[found[next]]);
        }

        return found[1..];
    }

    /// <summary>The numbers of all processes; empty where the system has no /proc.</summary>
    public static IEnumerable<int> Numbers()
    {
        foreach (string folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                yield return number;
            }
        }
    }

    /// <summary>An environment variable that a process was started with; null where it has none, has ended, or is another user's.</summary>
    public static string? Variable(int process, string name)
    {
        try
        {
            string[] variables = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/environ")).Split('\0');
            return variables.FirstOrDefault(variable => variable.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<ProcessEntry> ReadAll() => Numbers().Select(ReadEntry).OfType<ProcessEntry>();

    private static ProcessEntry? ReadEntry(int number)
    {
        try
        {
            // "number (name) state parent group session ..."; the name may hold anything, spaces and brackets too.
            string stat = File.ReadAllText($"/proc/{number}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            int status = int.Parse(fields[ExitField], CultureInfo.InvariantCulture), signal = status & 0x7f;
            return new ProcessEntry(
                number,
                int.Parse(fields[ParentField], CultureInfo.InvariantCulture),
                int.Parse(fields[SessionField], CultureInfo.InvariantCulture))
            {
                HasEnded = fields[0] is "Z" or "X",
                Started = long.Parse(fields[StartField], CultureInfo.InvariantCulture),
                ExitCode = signal == 0 ? status >> 8 : 128 + signal,
            };
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
