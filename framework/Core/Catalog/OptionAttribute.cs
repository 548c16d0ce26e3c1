namespace Compression.Core.Catalog;

/// <summary>
/// Makes a property of an options record an option: the same declaration serves the command line, the full syntax of a compressor
/// (<c>topk(ratio=0.001)</c>), sweeps, <c>--help</c> and <c>list</c>. The property's initial value is the default.
/// </summary>
/// <param name="name">Name with underscores, without dashes.</param>
/// <param name="description">One sentence: meaning and unit.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string name, string description) : Attribute
{
    /// <summary>Name with underscores, without dashes.</summary>
    public string Name { get; } = name;

    /// <summary>Meaning and unit.</summary>
    public string Description { get; } = description;

    /// <summary>Heading under which <c>--help</c> shows it.</summary>
    public string Group { get; init; } = "";

    /// <summary>Of a component's option: the command-line flag that sets it, for example <c>compress_ratio</c>.</summary>
    public string Flag { get; init; } = "";

    /// <summary>Names that other programs, or other verbs, have for the same thing, separated by <c>|</c>; each is understood in its place.</summary>
    public string Aliases { get; init; } = "";

    /// <summary>The text is the path of a file or folder: a <c>~/</c> that the shell left stands for the home folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>Smallest valid value.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest valid value.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary><see cref="Min"/> itself is not valid.</summary>
    public bool MinExclusive { get; init; }

    /// <summary><see cref="Max"/> itself is not valid.</summary>
    public bool MaxExclusive { get; init; }

    /// <summary>
    /// The values of other options without which this one has no effect, as in <c>optim=sgd</c> or <c>clip!=0 or init=normal|uniform</c>;
    /// empty where it always acts. Given in vain, it is named in a warning.
    /// </summary>
    public string Needs { get; init; } = "";

    /// <summary>Of a text option: its valid values, separated by <c>|</c>; empty where any text is valid.</summary>
    public string Choices { get; init; } = "";

    /// <summary>Of a text option whose valid values are found and not written down: the static property of the record that has them.</summary>
    public string ChoicesFrom { get; init; } = "";

    /// <summary>Whom the value binds.</summary>
    public OptionScope Scope { get; init; }
}
