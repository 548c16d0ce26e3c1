using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Runs;

/// <summary>Options that have a second name, that of the system which a trainer descends from.</summary>
internal static class OtherNames
{
    /// <summary>The command with the values of second names under the first.</summary>
    /// <param name="command">What the user wrote.</param>
    /// <param name="first">Gives, for a second name and its value, the first name and the value there; null for all other options.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: both names are given, with different values.</exception>
    public static ParsedCommand Resolve(ParsedCommand command, Func<string, string, (string Name, string Value)?> first)
    {
        var values = command.Values.ToList();
        foreach (var pair in command.Values)
        {
            if (first(pair.Key, pair.Value) is not var (name, value))
            {
                continue;
            }

            if (values.FirstOrDefault(given => given.Key == name) is { Value: { } other } && other != value)
            {
                throw new UserErrorException(ExitCode.Usage, $"--{pair.Key} {pair.Value} and --{name} {other}: the two are one option; give one of them.");
            }

            values.Add(KeyValuePair.Create(name, value));
        }

        return command with { Values = values };
    }
}
