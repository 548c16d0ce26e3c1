namespace Compression.Experiments.Cli;

/// <summary>How this program is called. The library's messages name a command alone, as in <c>`data ptb`</c>.</summary>
internal static class ProgramName
{
    /// <summary>A message with the program's name before each command.</summary>
    public static string AddTo(string message) => message.Replace("`data ", "`./run.sh data ", StringComparison.Ordinal);
}
