using System.Collections.Immutable;
using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>What the user wrote after the verb.</summary>
/// <param name="Values">Options that were given, without dashes, with their texts.</param>
/// <param name="Words">All of it, word by word.</param>
/// <param name="WantsHelp"><c>--help</c> was among them.</param>
public sealed record ParsedCommand(IReadOnlyList<KeyValuePair<string, string>> Values, IReadOnlyList<string> Words, bool WantsHelp)
{
    /// <summary>What stands behind <c>--</c>.</summary>
    public IReadOnlyList<string> PassedOn { get; init; } = [];

    /// <summary>Words without a name, of verbs that take several.</summary>
    public IReadOnlyList<string> Operands { get; init; } = [];

    /// <summary>The names that the user wrote in place of options' own, by these.</summary>
    public IReadOnlyDictionary<string, string> Spellings { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>An option as the user wrote it, with dashes.</summary>
    public string AsWritten(string name) => $"--{Spellings.GetValueOrDefault(name, name)}";

    /// <summary>The text of an option; null where it was not given.</summary>
    public string? this[string name]
    {
        get
        {
            int index = Values.ToList().FindIndex(pair => pair.Key == name);
            return index < 0 ? null : Values[index].Value;
        }
    }

    /// <summary>The same with the values of options' second names under the first.</summary>
    /// <param name="first">Gives, for a second name and its value, the first name and the value there; null for all other options.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: both names are given, with different values.</exception>
    public ParsedCommand WithFirstNames(Func<string, string, (string Name, string Value)?> first)
    {
        var values = Values.ToList();
        foreach (var pair in Values)
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

        return this with { Values = values };
    }
}
