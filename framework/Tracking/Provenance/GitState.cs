using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Compression.Tracking.Provenance;

/// <summary>Which sources a run was built from.</summary>
/// <param name="Commit">The full hash.</param>
/// <param name="Dirty">Whether files differ from it, new ones included: a new compressor is a new file.</param>
public sealed record GitState(string Commit, bool Dirty)
{
    /// <summary>In a folder that <c>./run.sh publish</c> has made: the state of the sources that it was made from, null where they were no checkout.</summary>
    public const string PublishedFile = "published.json";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Reads <see cref="PublishedFile"/>, or asks git; null where the folder is in no checkout, has no commit yet, or git is missing or does not answer.
    /// </summary>
    public static GitState? Of(string folder)
    {
        // A published folder may lie in a checkout of something else.
        string published = Path.Combine(folder, PublishedFile);
        return File.Exists(published) ? Read(published) : AskForState(folder);
    }

    private static GitState? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), EnvironmentJsonContext.Default.GitState);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static GitState? AskForState(string folder) =>
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
