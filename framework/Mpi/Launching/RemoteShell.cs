
namespace Compression.Mpi.Launching;

/// <summary>How launchers reach other hosts: by ssh, which must neither ask for anything nor wait longer than a job waits for its ranks.</summary>
internal static class RemoteShell
{
    private const int LongestWait = 60;

    /// <summary>Options of ssh, a word each, so that scripts in its place can pass over them.</summary>
    /// <param name="joinWithin">Time for all ranks to join; null: no limit.</param>
    public static string Options(TimeSpan? joinWithin)
    {
        // ssh tells the cause; it has to come before the launcher's own limit.
        double wait = Math.Clamp(Math.Floor((joinWithin ?? TimeSpan.MaxValue).TotalSeconds / 2), 1, LongestWait);
        return FormattableString.Invariant($"-oBatchMode=yes -oConnectTimeout={wait}");
    }
}
