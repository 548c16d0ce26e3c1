using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>The <c>~/</c> before a path, which a shell leaves as it is behind <c>--out=</c>.</summary>
internal static class HomeFolder
{
    private const string Variable = "HOME";

    /// <summary>A command whose paths begin with the home folder where they began with <c>~/</c>.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: another user's home folder is meant, or this one's is not known.</exception>
    public static ParsedCommand Expand(ParsedCommand command, Verb verb, CommandEnvironment environment)
    {
        var paths = verb.Options.Where(option => option.IsPath).Select(option => option.Name).ToHashSet();
        return command with
        {
            Values = [.. command.Values.Select(pair => paths.Contains(pair.Key)
                ? KeyValuePair.Create(pair.Key, Expand(pair.Value, command.AsWritten(pair.Key), environment))
                : pair)],
            Operands = [.. command.Operands.Select(word => Expand(word, verb.Name, environment))],
        };
    }

    private static string Expand(string path, string shown, CommandEnvironment environment)
    {
        if (path.Length == 0 || path[0] != '~')
        {
            return path;
        }

        if (path.Length > 1 && path[1] != '/')
        {
            throw new UserErrorException(ExitCode.Usage, $"{shown} {path}: only ~/ is known here, this user's home folder; write the full path, or ./{path} for a name that begins so.");
        }

        string home = environment.Variable(Variable) is { Length: > 0 } known
            ? known
            : throw new UserErrorException(ExitCode.Usage, $"{shown} {path}: {Variable} is not set, so ~ is not known; write the full path.");
        return home.TrimEnd('/') + path[1..];
    }
}
