using System.Reflection;
using Compression.Core.Reporting;

namespace Compression.Core.Catalog;

/// <summary>All algorithms found in a set of assemblies by their <see cref="AlgorithmAttribute"/>.</summary>
public sealed class AlgorithmCatalog
{
    /// <summary>Historic names of compositions, kept so that published command lines go on working.</summary>
    private static readonly Dictionary<string, string> s_aliases = new(StringComparer.Ordinal)
    {
        ["none"] = "dense+float32",
        ["efsignsgd"] = "sign",
        ["topk_efsignsgd"] = "topk+sign",
        ["topk_terngrad"] = "topk+terngrad",
        ["adacomp_efsignsgd"] = "adacomp+sign",
        ["adacomp_terngrad"] = "adacomp+terngrad",
    };

    private readonly Dictionary<(AlgorithmRole Role, string Name), AlgorithmEntry> _entries;

    private AlgorithmCatalog(IEnumerable<AlgorithmEntry> entries) =>
        _entries = entries.ToDictionary(entry => (entry.Role, entry.Name));

    /// <summary>All entries, by role, then name.</summary>
    public IEnumerable<AlgorithmEntry> Entries => _entries.Values.OrderBy(entry => entry.Role).ThenBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>Historic names whose compositions this catalogue can make, with what they stand for.</summary>
    public IEnumerable<KeyValuePair<string, string>> Aliases => s_aliases.Where(alias => alias.Value.Split('+').All(IsCompressorPart));

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
        : throw Unknown(name, shownAs, _entries.Keys.Where(key => key.Role == role).Select(key => key.Name));

    /// <summary>Reads a compressor's composition: at most one sparsifier and one quantizer, in this order; what is missing is dense, or the sparsifier's own quantizer.</summary>
    /// <exception cref="UserErrorException">Unknown name, or parts that do not compose.</exception>
    internal (AlgorithmTerm Sparsifier, AlgorithmTerm Quantizer) ParseCompressor(string text, string shownAs)
    {
        AlgorithmTerm? sparsifier = null, quantizer = null;
        var terms = AlgorithmTerm.Parse(text, shownAs);
        if (terms is [{ Arguments.Count: 0 } only] && s_aliases.TryGetValue(only.Name, out string? composition) && Aliases.Any(alias => alias.Key == only.Name))
        {
            terms = AlgorithmTerm.Parse(composition, shownAs);
        }

        foreach (var term in terms)
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
                throw Unknown(term.Name, shownAs, names.Concat(Aliases.Select(alias => alias.Key)));
            }
        }

        sparsifier ??= new AlgorithmTerm("dense", []);
        quantizer ??= AlgorithmTerm.Parse(_entries[(AlgorithmRole.Sparsifier, sparsifier.Name)].Quantizer, shownAs)[0];
        return (sparsifier, quantizer);
    }

    private bool IsCompressorPart(string name) =>
        _entries.ContainsKey((AlgorithmRole.Sparsifier, name)) || _entries.ContainsKey((AlgorithmRole.Quantizer, name));

    private static UserErrorException Unknown(string name, string shownAs, IEnumerable<string> names) =>
        new(ExitCode.Usage, $"{shownAs} {(name.Length == 0 ? "''" : name)}: there is no such name{NearestNames.Hint(name, names)}.");
}
