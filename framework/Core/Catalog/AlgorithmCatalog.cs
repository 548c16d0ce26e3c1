using System.Reflection;
using Compression.Core.Contracts;
using Compression.Core.Reporting;

namespace Compression.Core.Catalog;

/// <summary>All algorithms found in a set of assemblies by their <see cref="AlgorithmAttribute"/>.</summary>
public sealed class AlgorithmCatalog
{
    private readonly Dictionary<(AlgorithmRole Role, string Name), AlgorithmEntry> _entries;

    private AlgorithmCatalog(IEnumerable<AlgorithmEntry> entries) =>
        _entries = entries.ToDictionary(entry => (entry.Role, entry.Name));

    /// <summary>All entries, by role, then name.</summary>
    public IEnumerable<AlgorithmEntry> Entries => _entries.Values.OrderBy(entry => entry.Role).ThenBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>Names from elsewhere whose compositions this catalogue can make, with what they stand for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Aliases => NamesElsewhere.Compositions.Where(alias => alias.Value.Split('+').All(IsCompressorPart));

    /// <summary>All command-line flags of components: the flag and the options that it sets.</summary>
    public IEnumerable<IGrouping<string, (AlgorithmEntry Entry, OptionDescriptor Option)>> Flags => Entries
        .SelectMany(entry => entry.Options.Select(option => (entry, option)))
        .Where(pair => pair.option.Flag.Length > 0)
        .GroupBy(pair => pair.option.Flag);

    /// <summary>Collects the algorithms of the given assemblies.</summary>
    public static AlgorithmCatalog FromAssemblies(params Assembly[] assemblies) => new(assemblies
        .SelectMany(assembly => assembly.GetTypes())
        .Select(type => (type, attribute: type.GetCustomAttribute<AlgorithmAttribute>()))
        .Where(pair => pair.attribute is not null)
        .Select(pair => new AlgorithmEntry(pair.type, pair.attribute!)));

    /// <summary>Finds an algorithm by role and name.</summary>
    /// <exception cref="UserErrorException">There is none; the nearest names are given.</exception>
    public AlgorithmEntry Find(AlgorithmRole role, string name, string shownAs) => _entries.TryGetValue((role, name), out var entry)
        ? entry
        : throw Unknown(name, shownAs, OptionOf(role), _entries.Keys.Where(key => key.Role == role).Select(key => key.Name));

    /// <summary>Reads a compressor's composition: at most one sparsifier and one quantizer, in this order; what is missing is dense, or the sparsifier's own quantizer.</summary>
    /// <exception cref="UserErrorException">Unknown name, or parts that do not compose.</exception>
    internal (AlgorithmTerm Sparsifier, AlgorithmTerm Quantizer) ParseCompressor(string text, string shownAs)
    {
        AlgorithmTerm? sparsifier = null, quantizer = null;
        foreach (var term in AlgorithmTerm.Parse(text, shownAs).SelectMany(term => Resolve(term, text, shownAs)))
        {
            if (_entries.ContainsKey((AlgorithmRole.Sparsifier, term.Name)) && sparsifier is null && quantizer is null)
            {
                sparsifier = term;
            }
            else if (_entries.ContainsKey((AlgorithmRole.Quantizer, term.Name)) && quantizer is null)
            {
                quantizer = term;
            }
            else if (IsCompressorPart(term.Name))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{shownAs} '{text}': a composition is one sparsifier, then one quantizer, as in topk+sign.");
            }
            else
            {
                var names = _entries.Keys.Where(key => key.Role is AlgorithmRole.Sparsifier or AlgorithmRole.Quantizer).Select(key => key.Name);
                throw Unknown(term.Name, shownAs, OptionOf(AlgorithmRole.Sparsifier), names.Concat(Aliases.Select(alias => alias.Key)));
            }
        }

        sparsifier ??= new AlgorithmTerm("dense", []);
        quantizer ??= AlgorithmTerm.Parse(_entries[(AlgorithmRole.Sparsifier, sparsifier.Name)].Declared.Quantizer, shownAs)[0];
        return (sparsifier, quantizer);
    }

    private bool IsCompressorPart(string name) =>
        _entries.ContainsKey((AlgorithmRole.Sparsifier, name)) || _entries.ContainsKey((AlgorithmRole.Quantizer, name));

    // A name from elsewhere as what it stands for; its options go with it where that is one part.
    private IEnumerable<AlgorithmTerm> Resolve(AlgorithmTerm term, string text, string shownAs)
    {
        if (IsCompressorPart(term.Name) || Aliases.FirstOrDefault(alias => alias.Key == term.Name).Value is not { } composition)
        {
            return [term];
        }

        var parts = AlgorithmTerm.Parse(composition, shownAs);
        return term.Arguments.Count == 0 ? parts
            : parts is [var only] ? [only with { Arguments = term.Arguments }]
            : throw new UserErrorException(ExitCode.Usage, $"{shownAs} '{text}': {term.Name} is {composition}; write that, with the options of each part behind it in parentheses.");
    }

    // What the name is elsewhere, or in another part of the pipeline, and then what is spelled like it.
    private UserErrorException Unknown(string name, string shownAs, string option, IEnumerable<string> names)
    {
        bool IsMeant(string candidate) => candidate.Equals(name, StringComparison.OrdinalIgnoreCase);
        string reason = NamesElsewhere.Others.FirstOrDefault(other => other.Option == option && IsMeant(other.Name)) is { } known
            ? $"the {known.Meaning} of {known.System} is {(known.IsBuilt ? "here" : "not built here; the nearest is")} {known.Write}"
            : Entries.FirstOrDefault(entry => OptionOf(entry.Role) != option && IsMeant(entry.Name)) is { } entry
            ? $"it is {WordOf(entry.Role)} here; write {ExampleOf(entry)}"
            : $"there is no such name{NearestNames.Hint(name, names)}";
        return new UserErrorException(ExitCode.Usage, $"{shownAs} {(name.Length == 0 ? "''" : name)}: {reason}.");
    }

    private static string OptionOf(AlgorithmRole role) => role switch
    {
        AlgorithmRole.Memory => "--memory",
        AlgorithmRole.Exchange => "--exchange",
        _ => "--compressor",
    };

    private static string WordOf(AlgorithmRole role) => role == AlgorithmRole.Exchange ? "an exchange" : $"a {OptionText.Format(role)}";

    // With a compressor that it carries, where it does not carry dense floats.
    private static string ExampleOf(AlgorithmEntry entry)
    {
        string compressor = entry.Role != AlgorithmRole.Exchange || entry.Declared.Carries.HasFlag(PayloadForm.Floats) ? ""
            : entry.Declared.Carries.HasFlag(PayloadForm.SparseFloats) ? "--compressor topk " : "--compressor sign ";
        return $"{compressor}{OptionOf(entry.Role)} {entry.Name}";
    }
}
