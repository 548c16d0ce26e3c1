using System.CommandLine;
using System.CommandLine.Parsing;
using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>Splits a verb's arguments into options and values. What a value means is left to the option's own declaration.</summary>
internal static class CommandParser
{
    private const string Dashes = "--";

    // Every '@' and every bundle of letters is meant as written.
    private static readonly ParserConfiguration s_literal = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Parses what stands after the verb.</summary>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: an unknown option (the nearest is named), one given twice, one without its value, or a stray word.
    /// </exception>
    public static ParsedCommand Parse(Verb verb, IReadOnlyList<string> arguments)
    {
        int end = verb.PassesOn ? arguments.ToList().IndexOf(Dashes) : -1;
        return end < 0 ? ParseOwn(verb, arguments) : ParseOwn(verb, [.. arguments.Take(end)]) with { PassedOn = [.. arguments.Skip(end + 1)] };
    }

    private static ParsedCommand ParseOwn(Verb verb, IReadOnlyList<string> arguments)
    {
        var options = verb.Options.SelectMany(option => option.Names, (option, name) => (option, name)).ToDictionary(pair => pair.name, pair => new Option<string>(Dashes + pair.name)
        {
            Arity = pair.option.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        });
        var help = new Option<bool>(Dashes + "help", "-h", "-?") { Arity = ArgumentArity.Zero };
        var operand = new Argument<string[]>("operand") { Arity = ArgumentArity.ZeroOrMore };
        var words = new Command("verb") { help };
        foreach (var option in options.Values)
        {
            words.Add(option);
        }

        words.Add(operand);
        var result = words.Parse(["verb", .. arguments], s_literal);
        if (result.GetResult(help) is { Implicit: false })
        {
            return new ParsedCommand([], arguments, WantsHelp: true);
        }

        // What follows a switch and is no truth value is a word of its own.
        var afterSwitches = verb.Options.Where(option => option.IsSwitch)
            .SelectMany(option => option.Names).SelectMany(name => result.GetResult(options[name])?.Tokens ?? [])
            .Select(token => token.Value).Where(text => text.StartsWith('-'));
        string[] strays = [.. afterSwitches, .. result.GetResult(operand)?.Tokens.Select(token => token.Value) ?? [], .. result.UnmatchedTokens];
        var values = new List<KeyValuePair<string, string>>();
        var spellings = new Dictionary<string, string>(StringComparer.Ordinal);
        RequireKnown(verb, strays);
        foreach (var option in verb.Options)
        {
            var given = option.Names.Where(name => result.GetResult(options[name]) is { Implicit: false })
                .Select(name => (Name: name, Text: ValueOf(option, name, result.GetResult(options[name])!, verb))).ToList();
            if (given.Count == 0)
            {
                continue;
            }

            if (given.FindIndex(other => other.Text != given[0].Text) is > 0 and int other)
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"--{given[0].Name} {given[0].Text} and --{given[other].Name} {given[other].Text}: the two are one option; give one of them.");
            }

            values.Add(KeyValuePair.Create(option.Name, given[0].Text));
            spellings.Add(option.Name, given[0].Name);
        }

        var command = new ParsedCommand(values, arguments, WantsHelp: false) { Spellings = spellings };
        if (verb.Operands is not null)
        {
            return command with { Operands = strays };
        }

        if (strays.Length > 0)
        {
            values.Add(TakeOperand(verb, strays, values));
        }

        return command;
    }

    private static string ValueOf(CommandOption option, string name, OptionResult given, Verb verb)
    {
        if (given.IdentifierTokenCount > 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"--{name} is given {given.IdentifierTokenCount} times; give it once.");
        }

        // The next option is no value.
        string[] tokens = [.. given.Tokens.Select(token => token.Value)
            .Where(text => verb.Options.SelectMany(other => other.Names).All(other => text != Dashes + other && !text.StartsWith($"{Dashes}{other}=", StringComparison.Ordinal)))];
        return tokens switch
        {
            [var only] => only,
            [] when option.IsSwitch => "true",
            [] => throw new UserErrorException(
                ExitCode.Usage, $"--{name} has no value; write --{name} and {(option.Range.Length > 0 ? option.Range : "its value")}."),
            _ => throw new UserErrorException(ExitCode.Usage, $"--{name} takes one value; quote it where it holds spaces."),
        };
    }

    private static void RequireKnown(Verb verb, string[] strays)
    {
        if (strays.FirstOrDefault(token => token.StartsWith('-')) is { } unknown)
        {
            string name = unknown.Split('=')[0].TrimStart('-');
            string hint = NearestNames.Hint(name, verb.Options.SelectMany(option => option.Names).Append("help"));
            throw new UserErrorException(
                ExitCode.Usage, $"Unknown option {unknown.Split('=')[0]}{hint.Replace("nearest is ", "nearest is --", StringComparison.Ordinal)}; see ./run.sh {verb.Name} --help.");
        }
    }

    private static KeyValuePair<string, string> TakeOperand(Verb verb, string[] strays, List<KeyValuePair<string, string>> values)
    {
        if (verb.Operand is not { } name)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"'{strays[0]}' is not expected here; options are written --name value, see ./run.sh {verb.Name} --help.");
        }

        if (strays.Length > 1 || values.Any(pair => pair.Key == name))
        {
            throw new UserErrorException(ExitCode.Usage, $"'{strays[^1]}' is one too many; ./run.sh {verb.Name} takes one {name}.");
        }

        return KeyValuePair.Create(name, strays[0]);
    }
}
