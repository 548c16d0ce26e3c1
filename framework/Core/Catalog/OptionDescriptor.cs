using System.Reflection;
using Compression.Core.Reporting;

namespace Compression.Core.Catalog;

/// <summary>One option of an options record: its type, default and range, and how its text is parsed.</summary>
public sealed class OptionDescriptor
{
    private readonly PropertyInfo _property;
    private readonly OptionAttribute _attribute;

    internal OptionDescriptor(PropertyInfo property, OptionAttribute attribute, object owner)
    {
        _property = property;
        _attribute = attribute;
        Default = property.GetValue(owner)!;
        Choices = property.PropertyType.IsEnum
            ? [.. Enum.GetValues(property.PropertyType).Cast<object>().Select(OptionText.Format)]
            : attribute.ChoicesFrom.Length > 0 ? (IReadOnlyList<string>)property.DeclaringType!.GetProperty(attribute.ChoicesFrom)!.GetValue(null)!
            : attribute.Choices.Length > 0 ? attribute.Choices.Split('|') : [];
        Numbers = Type == typeof(int) || Type == typeof(long) || Type == typeof(double) ? new NumberRange(attribute, Type) : null;
    }

    /// <summary>Declared by a base of the options record.</summary>
    public bool IsInherited => _property.DeclaringType != _property.ReflectedType;

    /// <summary>Name with underscores.</summary>
    public string Name => _attribute.Name;

    /// <summary>Meaning and unit.</summary>
    public string Description => _attribute.Description;

    /// <summary>Heading in <c>--help</c>.</summary>
    public string Group => _attribute.Group;

    /// <summary>The command-line flag of a component's option; empty if there is none.</summary>
    public string Flag => _attribute.Flag;

    /// <summary>Other names that are understood in its place.</summary>
    public IReadOnlyList<string> Aliases => _attribute.Aliases.Split('|', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text is the path of a file or folder.</summary>
    public bool IsPath => _attribute.IsPath;

    /// <summary>Whom the value binds.</summary>
    public OptionScope Scope => _attribute.Scope;

    /// <summary>What other options must say before this one can act, one of these at least; empty where it always does.</summary>
    public IReadOnlyList<OptionNeed> Needs => OptionNeed.Parse(_attribute.Needs);

    /// <summary>The value where nothing is said.</summary>
    public object Default { get; }

    /// <summary>The valid texts; empty where any is valid.</summary>
    public IReadOnlyList<string> Choices { get; }

    /// <summary>bool, int, long, double, string or an enum.</summary>
    public Type Type => _property.PropertyType;

    /// <summary>Of an option that is a number: those that it takes.</summary>
    public NumberRange? Numbers { get; }

    /// <summary>The valid values in words, for help and errors.</summary>
    public string Range
    {
        get
        {
            if (Choices.Count > 0)
            {
                return string.Join('|', Choices);
            }

            if (Type == typeof(bool))
            {
                return "true|false";
            }

            return Numbers?.ToString() ?? "text";
        }
    }

    /// <summary>Reads the option's value from an options record.</summary>
    public object Get(object owner) => _property.GetValue(owner)!;

    /// <summary>Parses, checks and stores a value.</summary>
    /// <param name="owner">The options record under construction.</param>
    /// <param name="text">As the user wrote it.</param>
    /// <param name="shownAs">How the user wrote the option's name, for the message.</param>
    /// <exception cref="UserErrorException">Not of the type, or outside the range; names the nearest valid value.</exception>
    public void Set(object owner, string text, string shownAs) => _property.SetValue(owner, Parse(text, shownAs));

    /// <summary>Another spelling of a value in the form in which <see cref="OptionText.Format"/> writes it.</summary>
    /// <inheritdoc cref="Set"/>
    public string Normalize(string text, string shownAs) => OptionText.Format(Parse(text, shownAs));

    private object Parse(string text, string shownAs)
    {
        if (Type == typeof(string))
        {
            return Choices.Count == 0 || Choices.Contains(text) ? text : throw Invalid(text, shownAs, NearestNames.Hint(text, Choices));
        }

        if (Type.IsEnum)
        {
            int index = Choices.ToList().IndexOf(text);
            return index >= 0 ? Enum.GetValues(Type).GetValue(index)! : throw Invalid(text, shownAs, NearestNames.Hint(text, Choices));
        }

        if (Type == typeof(bool))
        {
            return text.ToUpperInvariant() switch
            {
                "TRUE" or "1" or "YES" or "ON" => true,
                "FALSE" or "0" or "NO" or "OFF" => false,
                _ => throw Invalid(text, shownAs, ""),
            };
        }

        return Numbers!.TryRead(text, out object number, out string nearest)
            ? number
            : throw Invalid(text, shownAs, nearest.Length > 0 ? $"; the nearest is {nearest}" : "");
    }

    private UserErrorException Invalid(string text, string shownAs, string hint) =>
        new(ExitCode.Usage, $"{shownAs} {(text.Length == 0 ? "''" : text)}: must be {Range}{hint}.");
}
