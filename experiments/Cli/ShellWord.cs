namespace Compression.Experiments.Cli;

/// <summary>A word of a command line that is shown to be typed again.</summary>
internal static class ShellWord
{
    /// <summary>In quotes where a shell would take it for something else.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:,@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
