using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Compression.Experiments.Sweeps;

/// <summary>A mapping of a YAML file, read so that every error names the file, the line and the key.</summary>
internal sealed class YamlSection
{
    private const int MostLevels = 64;

    private readonly YamlMappingNode _node;
    private readonly string _file;
    private readonly string _path;

    private YamlSection(YamlMappingNode node, string file, string path) => (_node, _file, _path) = (node, file, path);

    /// <summary>Reads a file that is one mapping.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="file">How messages name it.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: no YAML, a key twice, or no mapping.</exception>
    public static YamlSection Read(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            RequireShallow(text, file);
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            string reason = error.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new UserErrorException(
                ExitCode.Usage, $"{file}, line {error.Start.Line.ToString(CultureInfo.InvariantCulture)}: {char.ToLowerInvariant(reason[0])}{reason[1..]}.", error);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode { Children.Count: > 0 } root }]
            ? new YamlSection(root, file, "")
            : throw new UserErrorException(ExitCode.Usage, $"{file}: not one mapping of keys to values; a grid has at least method, metric and parameters.");
    }

    /// <summary>The keys, in their order.</summary>
    public IEnumerable<string> Keys => _node.Children.Keys.Select(key => ((YamlScalarNode)key).Value ?? "");

    /// <summary>True if the key stands here.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Refuses keys that are not among the known ones.</summary>
    /// <param name="known">The known keys.</param>
    /// <param name="what">What a key is called in the message.</param>
    /// <param name="remarks">What to say of keys that other programs know.</param>
    public void RequireKnown(IReadOnlyCollection<string> known, string what = "key", IReadOnlyDictionary<string, string>? remarks = null)
    {
        foreach (var key in _node.Children.Keys)
        {
            string name = key is YamlScalarNode { Value: { } text } ? text : throw Error(key, "a key must be a word");
            if (!known.Contains(name))
            {
                string hint = remarks?.GetValueOrDefault(name) is { } remark ? $"; {remark}" : NearestNames.Hint(name, known);
                throw Error(key, $"unknown {what} {name}{hint}");
            }
        }
    }

    /// <summary>The text of a key; null where the key is missing.</summary>
    public string? Text(string key) => Find(key) is { } node ? Scalar(key, node) : null;

    /// <summary>The number of a key; null where the key is missing.</summary>
    public double? Number(string key) => Text(key) switch
    {
        null => null,
        { } text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
        { } text => throw Error(key, $"'{text}' must be a number"),
    };

    /// <summary>The whole number of a key, exact to its last digit, from <paramref name="least"/> to <paramref name="most"/>; null where the key is missing.</summary>
    public long? Whole(string key, long least, long most) => Text(key) switch
    {
        null => null,
        { } text when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number == decimal.Truncate(number) && number >= least && number <= most => (long)number,
        { } text => throw Error(key, FormattableString.Invariant($"'{text}' must be a whole number from {least} to {most}")),
    };

    /// <summary>The texts of a list; null where the key is missing.</summary>
    public IReadOnlyList<string>? List(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode { Children.Count: > 0 } list => [.. list.Children.Select(node => Scalar(key, node))],
        YamlSequenceNode => throw Error(key, "is empty; list at least one value"),
        _ => throw Error(key, "must be a list, as in [1, 2, 3]"),
    };

    /// <summary>The mapping below a key; null where the key is missing.</summary>
    public YamlSection? Section(string key) => Find(key) is { } node ? Mapping(key, node) : null;

    /// <summary>The mappings of a list; null where the key is missing.</summary>
    public IReadOnlyList<YamlSection>? Sections(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode { Children.Count: > 0 } list => [.. list.Children.Select(node => Mapping(key, node))],
        _ => throw Error(key, "must be a list of mappings, as in [{compressor: topk, init_lr: 10}, {compressor: sign}]"),
    };

    /// <summary>An error of a key that stands here.</summary>
    public UserErrorException Error(string key, string problem) => Error(_node.Children.Keys.First(node => node is YamlScalarNode scalar && scalar.Value == key), $"{PathOf(key)} {problem}");

    // The reader of nodes calls itself at every level; the parser of events does not.
    private static void RequireShallow(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        for (int depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MostLevels)
            {
                throw new UserErrorException(
                    ExitCode.Usage, FormattableString.Invariant($"{file}, line {parser.Current.Start.Line}: nested more than {MostLevels} deep; a grid needs three levels."));
            }
        }
    }

    private YamlNode? Find(string key) =>
        _node.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode scalar && scalar.Value == key).Value;

    private YamlSection Mapping(string key, YamlNode node) => node switch
    {
        YamlMappingNode { Children.Count: > 0 } mapping => new YamlSection(mapping, _file, PathOf(key)),
        YamlMappingNode => throw Error(key, "is empty"),
        _ => throw Error(key, "must be a mapping with keys of its own"),
    };

    private string Scalar(string key, YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" } => throw Error(key, "has an empty value; write one, or remove the key"),
        YamlScalarNode { Value: { } text } => text,
        _ => throw Error(key, "must be a single value"),
    };

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private UserErrorException Error(YamlNode at, string problem) => new(
        ExitCode.Usage, $"{_file}, line {at.Start.Line.ToString(CultureInfo.InvariantCulture)}: {(_path.Length > 0 && !problem.StartsWith(_path, StringComparison.Ordinal) ? _path + ": " : "")}{problem}.");
}
