using Compression.Core.Reporting;
using Compression.Tracking.Files;

namespace Compression.Experiments.Cli;

/// <summary>The paths among a command's words, alike for every verb: none is too long, and <c>~/</c>, which a shell leaves as it is behind <c>--out=</c>, is the home folder.</summary>
internal static class PathOptions
{
    private const string Variable = "HOME";

    /// <summary>A command whose paths begin with the home folder where they began with <c>~/</c>.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: a path is too long, another user's home folder is meant, or this one's is not known.</exception>
    public static ParsedCommand Resolve(ParsedCommand command, Verb verb, CommandEnvironment environment)
    {
        var paths = verb.Options.Where(option => option.IsPath).Select(option => option.Name).ToHashSet();
        return command with
        {
            Values = [.. command.Values.Select(pair => paths.Contains(pair.Key)
                ? KeyValuePair.Create(pair.Key, Resolve(pair.Value, command.AsWritten(pair.Key), environment))
                : pair)],
            Operands = [.. command.Operands.Select(word => Resolve(word, verb.Name, environment))],
        };
    }

    private static string Resolve(string path, string shown, CommandEnvironment environment)
    {
        string expanded = Expand(path, shown, environment);
        PathName.Require(expanded, shown);
        return expanded;
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
