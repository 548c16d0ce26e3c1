using System.Reflection;
using Compression.Core.Reporting;

namespace Compression.Core.Catalog;

/// <summary>All options of an options record, in the order of their declaration.</summary>
public sealed class OptionSchema
{
    private readonly Type _type;
    private readonly Dictionary<string, OptionDescriptor> _byName;

    private OptionSchema(Type type)
    {
        _type = type;
        object defaults = Create(type);
        Options = [.. type.GetProperties()
            .Select(property => (property, attribute: property.GetCustomAttribute<OptionAttribute>()))
            .Where(pair => pair.attribute is not null)
            .OrderBy(pair => Depth(pair.property.DeclaringType!)).ThenBy(pair => pair.property.MetadataToken)
            .Select(pair => new OptionDescriptor(pair.property, pair.attribute!, defaults))];
        _byName = Options.ToDictionary(option => option.Name, StringComparer.Ordinal);
    }

    /// <summary>The options.</summary>
    public IReadOnlyList<OptionDescriptor> Options { get; }

    /// <summary>The schema of an options record with a public parameterless constructor.</summary>
    public static OptionSchema Of(Type type) => new(type);

    /// <summary>Makes an options record from texts; what is not named keeps its default.</summary>
    /// <param name="values">Names and texts.</param>
    /// <param name="show">How an option's name is written in messages, for example with two dashes before it.</param>
    /// <exception cref="UserErrorException">Unknown name (the nearest is named), wrong type, or out of range.</exception>
    public object Bind(IEnumerable<KeyValuePair<string, string>> values, Func<string, string> show)
    {
        object record = Create(_type);
        foreach (var (name, text) in values)
        {
            if (!_byName.TryGetValue(name, out var option))
            {
                throw new UserErrorException(ExitCode.Usage, $"Unknown option {show(name)}{NearestNames.Hint(name, _byName.Keys)}.");
            }

            option.Set(record, text, show(name));
        }

        return record;
    }

    // Options of a base record come first.
    private static int Depth(Type type) => type.BaseType is { } parent ? 1 + Depth(parent) : 0;

    private static object Create(Type type) => Activator.CreateInstance(type)!;
}
