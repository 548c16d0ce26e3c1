using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Runs;

/// <summary>
/// Puts the layers of a run's options over each other: defaults, then a preset or the run that is resumed, then the command line,
/// then what the launcher fixes.
/// </summary>
/// <param name="schema">The trainer's own options.</param>
/// <param name="catalog">The components, for their flags.</param>
/// <param name="refusals">What the trainer always refuses, with the reason.</param>
internal sealed class OptionResolution(OptionSchema schema, AlgorithmCatalog catalog, IReadOnlyDictionary<string, string> refusals)
{
    private const string ResolvedCompressor = "resolved_compressor", ResolvedMemory = "resolved_memory", ResolvedExchange = "resolved_exchange";

    // Options that stand for values of others.
    private static readonly string[] s_setsOthers = ["preset", "method"];

    private static readonly string[] s_resolved = [ResolvedCompressor, ResolvedMemory, ResolvedExchange];

    private readonly HashSet<string> _own = [.. schema.Options.Select(option => option.Name)];

    // Of earlier versions, in which some were options of their own.
    private readonly HashSet<string> _aliases = [.. schema.Options.SelectMany(option => option.Aliases)];

    /// <summary>All options of the command line: the trainer's own, those that all trainers have, the components'.</summary>
    public IReadOnlyList<CommandOption> CommandOptions =>
    [
        .. schema.Options.OrderBy(option => option.IsInherited).Select(option => CommandOption.Of(option) with { IsRefused = refusals.ContainsKey(option.Name) }),
        .. catalog.Flags.Select(CommandOption.Of),
    ];

    /// <summary>Reads the trainer's options.</summary>
    /// <param name="layers">The later go over the earlier; flags of components are left out.</param>
    public object Bind(params IEnumerable<KeyValuePair<string, string>>[] layers) => Bind(static name => $"--{name}", layers);

    /// <summary>Reads what the user wrote alone.</summary>
    public object Bind(ParsedCommand command) => Bind(command.AsWritten, command.Values);

    private object Bind(Func<string, string> show, params IEnumerable<KeyValuePair<string, string>>[] layers) =>
        schema.Bind(layers.SelectMany(layer => layer).Where(pair => _own.Contains(pair.Key)), show);

    /// <summary>Refuses texts that environment variables give to the trainer's options.</summary>
    /// <param name="values">Names of options, and texts.</param>
    /// <param name="variableOf">The variable that stands for an option.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>; the variable is named.</exception>
    public void CheckVariables(IEnumerable<KeyValuePair<string, string>> values, Func<string, string> variableOf) =>
        schema.Bind(values.Where(pair => _own.Contains(pair.Key)), variableOf);

    /// <summary>
    /// What a resumed run takes over from config.json, which must say what the checkpoint says under its checksum; an option that may change is taken as the file has
    /// it. What belongs to a call is left behind.
    /// </summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Checkpoint"/>: an option is unknown, missing, no value, or another than the checkpoint's; it is named.</exception>
    public IEnumerable<KeyValuePair<string, string>> TakenOver(ResumePoint resume)
    {
        var recorded = resume.Recorded;
        UserErrorException Wrong(string problem) => new(ExitCode.Checkpoint, $"{recorded.File}: {problem}; put back what was there, or start a new run.");
        string[] flags = [.. catalog.Flags.Select(flag => flag.Key)];
        if (recorded.Names.FirstOrDefault(name => !_own.Contains(name) && !_aliases.Contains(name) && !flags.Contains(name) && !s_resolved.Contains(name)) is { } unknown)
        {
            throw Wrong($"there is no option {unknown}{NearestNames.Hint(unknown, _own.Concat(flags))}");
        }

        foreach (var option in schema.Options.Where(option => option.Scope != OptionScope.Call))
        {
            string? kept = resume.State?.Kept($"--{option.Name}");
            if (!recorded.Values.TryGetValue(option.Name, out string? text))
            {
                // An option that is younger than the run stands in neither.
                if (kept is not null || recorded.Names.Contains(option.Name))
                {
                    throw Wrong($"option {option.Name} has no value{(kept is null ? "" : $", in the checkpoint it is {TrainingState.InWords(kept)}")}");
                }
            }
            else if (ValueOf(option, text, Wrong) is var value && option.Scope == OptionScope.Result && kept is not null && kept != value)
            {
                throw Wrong($"option {option.Name} is {TrainingState.InWords(value)}, in the checkpoint it is {TrainingState.InWords(kept)}");
            }
        }

        foreach (string flag in flags)
        {
            string now = OptionText.Shortest(recorded.Values.GetValueOrDefault(flag, "")), kept = resume.State?.Kept($"--{flag}") ?? now;
            if (now != kept)
            {
                throw Wrong($"option {flag} is {TrainingState.InWords(now)}, in the checkpoint it is {TrainingState.InWords(kept)}");
            }
        }

        var calls = schema.Options.Where(option => option.Scope == OptionScope.Call).Select(option => option.Name).ToHashSet();
        return recorded.Values.Where(pair => !calls.Contains(pair.Key));
    }

    private static string ValueOf(OptionDescriptor option, string text, Func<string, UserErrorException> wrong)
    {
        try
        {
            return option.Normalize(text, $"option {option.Name}");
        }
        catch (UserErrorException error)
        {
            throw wrong(error.Message.TrimEnd('.'));
        }
    }

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

    /// <summary>The flags of components that a preset sets, now or in the run that is resumed, and the command line does not.</summary>
    /// <param name="below">The layers below the command line.</param>
    /// <param name="flags">The flags that were given.</param>
    public IReadOnlyDictionary<string, string> PresetFlags(IEnumerable<KeyValuePair<string, string>> below, IReadOnlyDictionary<string, string> flags)
    {
        var names = catalog.Flags.Select(group => group.Key).ToHashSet();
        return below.Where(pair => names.Contains(pair.Key) && !flags.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    /// <summary>The rows of config.json: every option, the flags of components, and the composition that they led to.</summary>
    public IReadOnlyList<ConfigEntry> Rows(
        object options, IReadOnlyDictionary<string, string> flags, CompressionPlan plan, ParsedCommand command, RecordedRun? recorded)
    {
        bool Given(string name) => IsGiven(name, command, recorded);
        var own = schema.Options.Select(option => new ConfigEntry(option.Name, Plain(option.Get(options)), Given(option.Name)));
        var components = catalog.Flags.Select(flag => new ConfigEntry(
            flag.Key, flags.TryGetValue(flag.Key, out string? text) ? Typed(flag.First().Option, text) : null, Given(flag.Key)));
        return
        [
            .. own, .. components,
            new ConfigEntry(ResolvedCompressor, plan.Compressor, false),
            new ConfigEntry(ResolvedMemory, plan.Memory, false),
            new ConfigEntry(ResolvedExchange, plan.Exchange, false),
        ];
    }

    /// <summary>Warnings on options that were given in vain, as the options that they need say something else.</summary>
    public IEnumerable<string> Idle(object options, ParsedCommand command, RecordedRun? recorded) => schema.Options
        .Where(option => option.Needs.Count > 0 && IsGiven(option.Name, command, recorded) && !option.Get(options).Equals(option.Default))
        .Where(option => option.Needs.All(need => !need.IsMetBy(OptionText.Format(schema.Options.Single(other => other.Name == need.Name).Get(options)))))
        .Select(option => $"--{option.Name} has no effect here: it needs {string.Join(", or ", option.Needs.Select(need => need.InWords))}.");

    /// <summary>Warnings on options that were given where only some act.</summary>
    /// <param name="acting">These.</param>
    /// <param name="command">What the user wrote.</param>
    public IEnumerable<string> Beside(IReadOnlyCollection<string> acting, ParsedCommand command) => command.Values
        .Where(pair => !acting.Contains(pair.Key))
        .Where(pair => schema.Options.FirstOrDefault(option => option.Name == pair.Key) is not { } own || own.Normalize(pair.Value, pair.Key) != OptionText.Format(own.Default))
        .Select(pair => $"{command.AsWritten(pair.Key)} has no effect here: nothing is trained.");

    /// <summary>Refuses a resumed run whose command line contradicts what the run was started with.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>.</exception>
    public static void RequireConsistent(ParsedCommand command, RecordedRun recorded)
    {
        foreach (string sets in s_setsOthers)
        {
            if (command[sets] is { } name && recorded.Values.GetValueOrDefault(sets, "none") is var before && name != before)
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"--{sets} {name}: the run that --resume continues has {sets} {before}; leave --{sets} away, or start a new run.");
            }
        }

        if (command["init_weights"] is not null && command["resume"] is not null)
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
