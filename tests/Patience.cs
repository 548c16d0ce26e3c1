using System.Diagnostics;

namespace Compression.Tests;

/// <summary>How long tests wait for what must come. Only what hangs gets there, so it is far beyond what anything takes on a busy machine.</summary>
internal static class Patience
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The limit of every wait.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Waits for what no event tells of, such as a file of another process: looks, and pauses.</summary>
    public static void Until(Func<bool> isSo, string otherwise)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!isSo())
        {
            Assert.False(limit.Token.WaitHandle.WaitOne(s_pause), otherwise);
        }
    }

    /// <summary>Waits for what a process does; its end before that fails at once.</summary>
    public static void Until(Process process, Func<bool> isSo, string otherwise) => Until(
        () =>
        {
            bool hasEnded = process.HasExited;
            bool holds = isSo();
            Assert.False(hasEnded && !holds, otherwise);
            return holds;
        },
        otherwise);
}
