using System.Globalization;

namespace Compression.Tracking.Provenance;

/// <summary>The memory that this process may use: the machine's, or less where a control group (of a container, of Slurm) allows less.</summary>
public static class MemoryLimit
{
    private const string Mount = "/sys/fs/cgroup", OwnGroups = "/proc/self/cgroup";

    /// <summary>In bytes.</summary>
    public static long Bytes() => Math.Min(Machine.MemoryBytes(), File.Exists(OwnGroups) ? OfGroups(File.ReadAllLines(OwnGroups), Mount) : long.MaxValue);

    /// <summary>The least limit of a process's groups and of those that they lie in, of either version; <see cref="long.MaxValue"/> where there is none.</summary>
    /// <param name="groups">The lines of <c>/proc/self/cgroup</c>: <c>number:controllers:path</c>.</param>
    /// <param name="mount">Where groups are mounted.</param>
    internal static long OfGroups(IEnumerable<string> groups, string mount)
    {
        long least = long.MaxValue;
        foreach (string[] group in groups.Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3))
        {
            bool isUnified = group[1].Length == 0;
            if (!isUnified && !group[1].Split(',').Contains("memory"))
            {
                continue;
            }

            string root = isUnified ? mount : Path.Combine(mount, "memory"), file = isUnified ? "memory.max" : "memory.limit_in_bytes";
            for (string? path = group[2]; path is not null; path = Path.GetDirectoryName(path))
            {
                string limit = Path.Combine(root, path.TrimStart('/'), file);
                if (File.Exists(limit) && long.TryParse(File.ReadAllText(limit).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
                {
                    least = Math.Min(least, bytes);
                }
            }
        }

        return least;
    }
}
