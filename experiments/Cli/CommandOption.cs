using Compression.Core.Catalog;

namespace Compression.Experiments.Cli;

/// <summary>An option as the command line shows it; what it means is declared once, on the options record or on the component.</summary>
/// <param name="Name">Without dashes.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Group">Heading in the help.</param>
/// <param name="Range">Valid values in words; empty where any text is valid.</param>
/// <param name="Default">The default in words; empty where there is none.</param>
/// <param name="IsSwitch">Alone it means true.</param>
public sealed record CommandOption(string Name, string Description, string Group, string Range, string Default, bool IsSwitch)
{
    /// <summary>Other names that are understood in its place.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The text is the path of a file or folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>Known only to be refused with its reason: the help does not show it.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Of an option that is a number: those that it takes.</summary>
    public NumberRange? Numbers { get; init; }

    /// <summary>All names that are understood.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Name);

    private const string GroupOfComponents = "Compression, of single components";
    private const string GroupOfTheRest = "Options";

    /// <summary>An option of a verb's options record.</summary>
    public static CommandOption Of(OptionDescriptor option) => new(
        option.Name, option.Description, option.Group.Length > 0 ? option.Group : GroupOfTheRest, RangeOf(option), DefaultOf(option),
        option.Type == typeof(bool))
    {
        Aliases = option.Aliases,
        IsPath = option.IsPath,
        Numbers = option.Numbers,
    };

    /// <summary>A flag that sets an option of one or more algorithms.</summary>
    public static CommandOption Of(IGrouping<string, (AlgorithmEntry Entry, OptionDescriptor Option)> flag)
    {
        var (_, option) = flag.First();
        string owners = string.Join(", ", flag.Select(pair => pair.Entry.Name));
        string[] defaults = [.. flag.Select(pair => DefaultOf(pair.Option)).Distinct()];
        return new CommandOption(
            flag.Key, $"{option.Description} ({owners})", GroupOfComponents, RangeOf(option), defaults is [var only] ? only : "of the component",
            option.Type == typeof(bool))
        {
            Numbers = option.Numbers,
        };
    }

    private static string RangeOf(OptionDescriptor option) => option.Range == "text" ? "" : option.Range;

    private static string DefaultOf(OptionDescriptor option) => OptionText.Format(option.Default);
}
