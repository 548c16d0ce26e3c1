using System.ComponentModel;
using System.Diagnostics;

namespace Compression.Tracking.Provenance;

/// <summary>Which sources a run was built from.</summary>
/// <param name="Commit">The full hash.</param>
/// <param name="Dirty">Whether files differ from it, new ones included: a new compressor is a new file.</param>
public sealed record GitState(string Commit, bool Dirty)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks git; null where the folder is in no checkout, has no commit yet, or git is missing or does not answer.</summary>
    public static GitState? Of(string folder) =>
        Ask(folder, "rev-parse", "--verify", "HEAD") is { } commit && Ask(folder, "status", "--porcelain") is { } changes
            ? new GitState(commit.Trim(), changes.Length > 0)
            : null;

    private static string? Ask(string folder, params string[] question)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. question])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Looking must not take the lock that a commit at the same moment needs.
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        try
        {
            using var git = Process.Start(start)!;
            git.StandardInput.Close();
            var answer = git.StandardOutput.ReadToEndAsync();
            var complaint = git.StandardError.ReadToEndAsync();
            if (!git.WaitForExit(Patience))
            {
                git.Kill(entireProcessTree: true);
                return null;
            }

            Task.WaitAll(answer, complaint);
            return git.ExitCode == 0 ? answer.Result : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
