using System.Reflection;

namespace Compression.Core.Catalog;

/// <summary>A class of the catalogue: what it is called, where it comes from, its options, and how to make one.</summary>
public sealed class AlgorithmEntry
{
    private readonly ConstructorInfo _constructor;
    private readonly Type? _optionsType;

    internal AlgorithmEntry(Type type, AlgorithmAttribute declared)
    {
        Declared = declared;
        _constructor = type.GetConstructors().Single();
        _optionsType = _constructor.GetParameters().Select(parameter => parameter.ParameterType)
            .FirstOrDefault(parameter => parameter.GetProperties().Any(property => property.IsDefined(typeof(OptionAttribute))));
        Options = _optionsType is null ? [] : OptionSchema.Of(_optionsType).Options;
    }

    /// <summary>What stands beside the class: its source, what it promises, what it carries.</summary>
    public AlgorithmAttribute Declared { get; }

    /// <summary>The name on the command line.</summary>
    public string Name => Declared.Name;

    /// <summary>Its part in the pipeline.</summary>
    public AlgorithmRole Role => Declared.Role;

    /// <summary>The record of its options; null if it has none.</summary>
    public Type? OptionsType => _optionsType;

    /// <summary>Its options; empty if it has none.</summary>
    public IReadOnlyList<OptionDescriptor> Options { get; }

    /// <summary>The algorithm with default options.</summary>
    public BoundAlgorithm WithDefaults() => new(this, _optionsType is null ? null : OptionSchema.Of(_optionsType).Bind([], static name => name));

    /// <summary>True if the class is made from a part of this type: an exchange that takes no compressor sends plain floats.</summary>
    internal bool Takes(Type part) => _constructor.GetParameters().Any(parameter => parameter.ParameterType == part);

    /// <summary>Reads the options of one use: those written in parentheses go over the flags of the command line, and these over a preset's.</summary>
    internal object? BindOptions(AlgorithmTerm term, IReadOnlyDictionary<string, string> presetFlags, IReadOnlyDictionary<string, string> commandFlags)
    {
        string? FlagOf(OptionDescriptor option) => commandFlags.GetValueOrDefault(option.Flag) ?? presetFlags.GetValueOrDefault(option.Flag);
        if (_optionsType is null)
        {
            return term.Arguments.Count == 0 ? null : throw new Reporting.UserErrorException(
                Reporting.ExitCode.Usage, $"{Name}({term.Arguments[0].Key}=...): {Name} has no options.");
        }

        var schema = OptionSchema.Of(_optionsType);
        var flags = new List<KeyValuePair<string, string>>();
        foreach (var option in schema.Options.Where(option => FlagOf(option) is not null))
        {
            // A flag's value is checked under the flag's own name, also where parentheses overrule it.
            option.Set(schema.Bind([], static name => name), FlagOf(option)!, $"--{option.Flag}");
            flags.Add(KeyValuePair.Create(option.Name, FlagOf(option)!));
        }

        var fromFlags = flags.Where(flag => term.Arguments.All(pair => pair.Key != flag.Key));
        return schema.Bind(fromFlags.Concat(term.Arguments), name => $"{Name}({name}=...)");
    }

    /// <summary>Name and options as text that composes the same again.</summary>
    internal string Describe(object? options) => options is null || Options.Count == 0
        ? Name
        : $"{Name}({string.Join(",", Options.Select(option => $"{option.Name}={OptionText.Format(option.Get(options))}"))})";

    /// <summary>Makes an instance, each constructor parameter being the one among <paramref name="parts"/> that fits its type.</summary>
    internal object Create(params object?[] parts) => _constructor.Invoke(
        [.. _constructor.GetParameters().Select(parameter => parts.First(part => parameter.ParameterType.IsInstanceOfType(part)))]);
}
