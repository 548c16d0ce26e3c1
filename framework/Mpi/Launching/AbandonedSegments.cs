namespace Compression.Mpi.Launching;

/// <summary>
/// Segments of shared memory that ranks of MPICH left behind. They have a name only while a job starts, until all ranks of the host have
/// them open; a rank that is killed in that moment leaves its segment, which takes memory until somebody removes it.
/// </summary>
internal static class AbandonedSegments
{
    private const string Pattern = "mpich_shar_*";

    // Processes of other containers share the memory at most, and are not seen: what is young may be theirs.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(2);

    /// <summary>Removes those that no process has open. What another user owns stays: it cannot be removed.</summary>
    /// <param name="folder">Where the system keeps shared memory.</param>
    public static void Remove(string folder = "/dev/shm")
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        HashSet<string> abandoned = [.. Directory.GetFiles(folder, Pattern).Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > s_start)];
        if (abandoned.Count > 0)
        {
            abandoned.ExceptWith(InUse(folder));
        }

        foreach (string file in abandoned)
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }

    // Mapped, or open and about to be.
    private static IEnumerable<string> InUse(string folder) => ProcessTable.Read().SelectMany(process => MappedBy(process.Number, folder).Concat(OpenIn(process.Number)));

    private static string[] MappedBy(int process, string folder) => OfProcess(() =>
        [.. File.ReadLines($"/proc/{process}/maps").Select(line => line.IndexOf(folder + "/", StringComparison.Ordinal) is >= 0 and var at ? line[at..] : "")]);

    private static string[] OpenIn(int process) => OfProcess(() =>
        [.. Directory.GetFiles($"/proc/{process}/fd").Select(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? "")]);

    private static string[] OfProcess(Func<string[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return []; // It ended meanwhile, or is another user's.
        }
    }
}
