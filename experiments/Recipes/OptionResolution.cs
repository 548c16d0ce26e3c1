using Compression.Core.Catalog;
using Compression.Core.Pipeline;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Recipes;

/// <summary>
/// Puts the layers of a run's options over each other: defaults, then a preset or the run that is resumed, then the command line,
/// then what the launcher fixes.
/// </summary>
/// <param name="schema">The trainer's own options.</param>
/// <param name="catalog">The components, for their flags.</param>
internal sealed class OptionResolution(OptionSchema schema, AlgorithmCatalog catalog)
{
    private readonly HashSet<string> _own = [.. schema.Options.Select(option => option.Name)];

    /// <summary>All options of the command line: the trainer's own, those that all trainers have, the components'.</summary>
    public IReadOnlyList<CommandOption> CommandOptions =>
    [
        .. schema.Options.OrderBy(option => option.IsInherited).Select(CommandOption.Of), .. catalog.Flags.Select(CommandOption.Of),
    ];

    /// <summary>Reads the trainer's options.</summary>
    /// <param name="layers">The later go over the earlier; flags of components are left out.</param>
    public object Bind(params IEnumerable<KeyValuePair<string, string>>[] layers) =>
        schema.Bind(layers.SelectMany(layer => layer).Where(pair => _own.Contains(pair.Key)), static name => $"--{name}");

    /// <summary>Refuses texts that environment variables give to the trainer's options.</summary>
    /// <param name="values">Names of options, and texts.</param>
    /// <param name="variableOf">The variable that stands for an option.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>; the variable is named.</exception>
    public void CheckVariables(IEnumerable<KeyValuePair<string, string>> values, Func<string, string> variableOf) =>
        schema.Bind(values.Where(pair => _own.Contains(pair.Key)), variableOf);

    /// <summary>The text of one of the trainer's options; null where it has none of that name.</summary>
    public string? Text(object options, string name) =>
        schema.Options.FirstOrDefault(option => option.Name == name) is { } option ? OptionText.Format(option.Get(options)) : null;

    /// <summary>The flags of components that were given, now or to the run that is resumed.</summary>
    public IReadOnlyDictionary<string, string> Flags(ParsedCommand command, RecordedRun? recorded)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string flag in catalog.Flags.Select(group => group.Key))
        {
            string? before = recorded is not null && recorded.FromCommandLine.Contains(flag) ? recorded.Values.GetValueOrDefault(flag) : null;
            if ((command[flag] ?? before) is { } text)
            {
                flags[flag] = text;
            }
        }

        return flags;
    }

    /// <summary>The rows of config.json: every option, the flags of components, and the composition that they led to.</summary>
    public IReadOnlyList<RunOption> Rows(
        object options, IReadOnlyDictionary<string, string> flags, PipelinePlan plan, ParsedCommand command, RecordedRun? recorded)
    {
        bool Given(string name) => IsGiven(name, command, recorded);
        var own = schema.Options.Select(option => new RunOption(option.Name, Plain(option.Get(options)), Given(option.Name)));
        var components = catalog.Flags.Select(flag => new RunOption(
            flag.Key, flags.TryGetValue(flag.Key, out string? text) ? Typed(flag.First().Option, text) : null, Given(flag.Key)));
        return
        [
            .. own, .. components,
            new RunOption("resolved_compressor", plan.Compressor, false),
            new RunOption("resolved_memory", plan.Memory, false),
            new RunOption("resolved_exchange", plan.Exchange, false),
        ];
    }

    /// <summary>Warnings on options that were given in vain, as the options that they need say something else.</summary>
    public IEnumerable<string> Idle(object options, ParsedCommand command, RecordedRun? recorded) => schema.Options
        .Where(option => option.Needs.Count > 0 && IsGiven(option.Name, command, recorded) && !option.Get(options).Equals(option.Default))
        .Where(option => option.Needs.All(need => !need.IsMetBy(Text(options, need.Name)!)))
        .Select(option => $"--{option.Name} has no effect here: it needs {string.Join(", or ", option.Needs.Select(need => need.InWords))}.");

    /// <summary>Refuses a resumed run whose command line contradicts what the run was started with.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireConsistent(ParsedCommand command, RecordedRun recorded)
    {
        if (command["preset"] is { } preset && preset != recorded.Values.GetValueOrDefault("preset", "none"))
        {
            throw new UserErrorException(
                ExitCode.Usage,
                $"--preset {preset}: the run that --resume continues has preset {recorded.Values.GetValueOrDefault("preset", "none")}; leave --preset away, or start a new run.");
        }

        if (command["init_weights"] is not null)
        {
            throw new UserErrorException(
                ExitCode.Usage, "--init_weights contradicts --resume, whose checkpoint holds the weights; give one of the two.");
        }
    }

    private static bool IsGiven(string name, ParsedCommand command, RecordedRun? recorded) =>
        command[name] is not null || (recorded is not null && recorded.FromCommandLine.Contains(name));

    private static object Plain(object value) => value is Enum ? OptionText.Format(value) : value;

    private static object Typed(OptionDescriptor option, string text) => option.Type == typeof(string) || option.Type.IsEnum
        ? text
        : bool.TryParse(text, out bool flag) ? flag
        : double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number) ? number
        : text;
}
