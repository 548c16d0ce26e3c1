using System.Collections.Immutable;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Sweeps;

/// <summary>
/// Reads a grid file: Weights &amp; Biases' sweep configuration, whose parameters are the trainer's options. See docs/sweeps.md.
/// </summary>
/// <param name="trainers">The verbs that <c>program</c> may name; the first is meant where it is missing.</param>
internal sealed class GridFile(IReadOnlyList<TrainingVerb> trainers)
{
    private const string Parameters = "parameters";
    private const string Configurations = "configurations";

    private static readonly string[] s_keys =
        ["program", "name", "description", "method", "metric", Parameters, Configurations, "run_cap", "seed", "project", "entity"];

    private static readonly Dictionary<string, string> s_remarks = new()
    {
        ["early_terminate"] = "every trial runs to its end here, remove it",
        ["command"] = "the trainer's verb stands under program, remove it",
        ["controller"] = "trials are chosen on this machine, remove it",
    };

    // What the sweep gives each trial by itself, or what trials may not share.
    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["out"] = "each trial has a folder of its own below the sweep's",
        ["resume"] = "trials that were cut off go on by themselves",
        ["save_weights"] = "all trials would write one file; their checkpoints hold the weights",
        ["wandb_run_id"] = "trials would be taken for one run",
    };

    // Weights & Biases' names of what the trainer's options say.
    private static readonly Dictionary<string, string> s_options = new() { ["project"] = "project_name", ["entity"] = "wandb_entity" };

    /// <summary>Reads and checks the text of a grid file.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="file">How messages name it.</param>
    /// <param name="otherwise">The sweep's name where the file has none.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>; the line and the key are named.</exception>
    public (SweepGrid Grid, TrainingVerb Trainer) Read(string text, string file, string otherwise)
    {
        var root = YamlSection.Read(text, file);
        root.RequireKnown(s_keys, remarks: s_remarks);
        var trainer = TrainerOf(root);
        string method = root.Text("method") ?? throw Missing(file, "method", "grid or random");
        if (method is not ("grid" or "random"))
        {
            throw root.Error("method", $"'{method}' is not done here; write grid or random");
        }

        bool random = method == "random";
        if (random && !root.Has("run_cap"))
        {
            throw root.Error("method", "random has no end of its own; add run_cap, the number of trials");
        }

        var section = root.Section(Parameters) ?? throw Missing(file, Parameters, "the trainer's options with their values");
        section.RequireKnown(NamesOf(trainer), $"parameter of {trainer.Name}:");
        var parameters = section.Keys.Select(name => ParameterOf(section, name, FirstName(trainer, name), random)).ToList();
        if (parameters.GroupBy(parameter => parameter.Name).FirstOrDefault(group => group.Count() > 1) is { Key: var option })
        {
            throw section.Error(section.Keys.First(key => key != option && FirstName(trainer, key) == option), $"is another name of {option}; give one of them");
        }

        foreach (var (key, meant) in s_options)
        {
            if (root.Text(key) is { } value && trainer.Options.Any(candidate => candidate.Name == meant) && parameters.All(parameter => parameter.Name != meant))
            {
                parameters.Add(new SweepParameter(meant, [value], null));
            }
        }

        var configurations = ConfigurationsOf(root, trainer, parameters, random);
        double trials = parameters.Aggregate((double)configurations.Length, (product, parameter) => product * Math.Max(1, parameter.Values.Length));
        if (!random && !root.Has("run_cap") && trials > SweepPlan.MostTrials)
        {
            throw root.Error(Parameters, FormattableString.Invariant($"combine to {trials:N0} {Plural.Of((double)trials, "trial")}, and a sweep has {SweepPlan.MostTrials:N0} at most; remove values, or take the first trials by run_cap"));
        }

        return (new SweepGrid
        {
            Name = NameOf(root, otherwise),
            Description = root.Text("description") ?? "",
            Program = trainer.Name,
            Method = random ? SweepMethod.Random : SweepMethod.Grid,
            Metric = MetricOf(root.Section("metric") ?? throw Missing(file, "metric", "name: test_perplexity, goal: minimize")),
            RunCap = (int)(root.Whole("run_cap", 1, SweepPlan.MostTrials) ?? 0),
            Seed = root.Whole("seed", 0, long.MaxValue) ?? 0,
            Parameters = [.. parameters],
            Configurations = configurations,
        }, trainer);
    }

    private static string NameOf(YamlSection root, string otherwise)
    {
        string name = root.Text("name") ?? otherwise;
        return name.Trim().Length > 0 ? name.Trim() : throw root.Error("name", "is empty; write one, or remove the key");
    }

    private static SweepMetric MetricOf(YamlSection section)
    {
        section.RequireKnown(["name", "goal"]);
        string name = section.Text("name") ?? throw section.Error(section.Keys.First(), "stands without name, a number of summary.json such as test_perplexity");
        if (!SummaryMetrics.Names.Contains(name))
        {
            // Often only the level is missing, as in wire_total for bytes.wire_total.
            string[] deeper = [.. SummaryMetrics.Names.Where(known => known.EndsWith("." + name, StringComparison.Ordinal))];
            throw section.Error("name", $"{name} is no number of summary.json{NearestNames.Hint(name, deeper.Length > 0 ? deeper : SummaryMetrics.Names)}");
        }

        string goal = section.Text("goal") ?? "minimize";
        return goal is "minimize" or "maximize"
            ? new SweepMetric(name, goal == "maximize")
            : throw section.Error("goal", $"'{goal}' must be minimize or maximize");
    }

    // Not of Weights & Biases, whose grids are products of independent lists.
    private static ImmutableArray<ImmutableArray<KeyValuePair<string, string>>> ConfigurationsOf(
        YamlSection root, TrainingVerb trainer, IReadOnlyList<SweepParameter> parameters, bool random)
    {
        if (root.Sections(Configurations) is not { } sections)
        {
            return [[]];
        }

        if (random)
        {
            throw root.Error(Configurations, "belong to method: grid, which takes each of them; method random draws from parameters alone");
        }

        string[] known = NamesOf(trainer);
        var all = sections.Select(section =>
        {
            section.RequireKnown(known, $"option of {trainer.Name}:");
            return section.Keys.Select(name => KeyValuePair.Create(OptionOf(section, name), section.Text(name)!)).ToImmutableArray();
        }).ToImmutableArray();
        var twice = all.Zip(sections).GroupBy(pair => Trial.Of(trainer.Name, pair.First).Id).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? all : throw twice.Last().Second.Error(twice.Last().Second.Keys.First(), "begins a set of options that stands above; remove it");

        string OptionOf(YamlSection section, string name)
        {
            string option = FirstName(trainer, name);
            string? problem = s_refused.TryGetValue(option, out string? reason) ? $"cannot be swept: {reason}"
                : option == SweepParameter.Seed ? "repeats all else and belongs to parameters"
                : parameters.Any(parameter => parameter.Name == option) ? "stands under parameters too"
                : section.Keys.Any(other => other != name && FirstName(trainer, other) == option) ? $"is given by two names of {option}"
                : null;
            return problem is null ? option : throw section.Error(name, $"{problem}; remove it");
        }
    }

    private static string[] NamesOf(Verb trainer) => [.. trainer.Options.SelectMany(option => option.Names)];

    private static string FirstName(Verb trainer, string name) => trainer.Options.First(option => option.Names.Contains(name)).Name;

    // Under a name of the file; "option" is the trainer's own name of it.
    private static SweepParameter ParameterOf(YamlSection parameters, string name, string option, bool random)
    {
        if (s_refused.TryGetValue(option, out string? reason))
        {
            throw parameters.Error(name, $"cannot be swept: {reason}; remove it");
        }

        var section = parameters.Section(name)!;
        section.RequireKnown(["value", "values", "min", "max", "distribution", "q"]);
        bool one = section.Has("value"), list = section.Has("values"), range = section.Has("min") || section.Has("max");
        if ((one ? 1 : 0) + (list ? 1 : 0) + (range ? 1 : 0) != 1)
        {
            throw parameters.Error(name, "needs exactly one of value, values, and min with max");
        }

        if (range)
        {
            return new SweepParameter(option, [], DistributionOf(parameters, section, name, random));
        }

        string kind = section.Text("distribution") ?? "";
        if (kind is not ("" or "constant" or "categorical") || section.Has("q"))
        {
            throw parameters.Error(name, "has a distribution without min and max; add them, or remove distribution and q");
        }

        ImmutableArray<string> values = one ? [section.Text("value")!] : [.. section.List("values")!];
        var twice = values.GroupBy(Trial.Canonical).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? new SweepParameter(option, values, null) : throw section.Error("values", $"holds {twice.First()} twice; remove one");
    }

    private static ValueDistribution DistributionOf(YamlSection parameters, YamlSection section, string name, bool random)
    {
        if (!random || name == SweepParameter.Seed)
        {
            throw parameters.Error(name, random ? "repeats all else; list its values" : "has a range, which method grid cannot go through; list its values, or write method: random");
        }

        double min = section.Number("min") ?? throw parameters.Error(name, "has max without min");
        double max = section.Number("max") ?? throw parameters.Error(name, "has min without max");
        bool whole = min == Math.Truncate(min) && max == Math.Truncate(max) && (section.Text("min") + section.Text("max")).All(c => char.IsAsciiDigit(c) || c == '-');
        string kind = section.Text("distribution") ?? (whole ? ValueDistribution.IntUniform : ValueDistribution.Uniform);
        if (!ValueDistribution.Kinds.Contains(kind))
        {
            throw section.Error("distribution", $"{kind} is not known{NearestNames.Hint(kind, ValueDistribution.Kinds)}");
        }

        if (min > max || (ValueDistribution.NeedsPositive(kind) && min <= 0) || (kind == ValueDistribution.IntUniform && min != Math.Truncate(min)))
        {
            throw section.Error("min", $"must be {(min > max ? "at most max" : min <= 0 ? $"above 0 for {kind}" : $"whole for {kind}")}");
        }

        double quantum = section.Number("q") ?? 1;
        return quantum > 0 && (ValueDistribution.HasQuantum(kind) || !section.Has("q"))
            ? new ValueDistribution(kind, min, max, quantum)
            : throw section.Error("q", "must be above 0, and belongs to distributions that begin with q_");
    }

    private static UserErrorException Missing(string file, string key, string example) =>
        new(ExitCode.Usage, $"{file}: {key} is missing; add it: {example}.");

    private TrainingVerb TrainerOf(YamlSection root) => root.Text("program") is not { } program
        ? trainers[0]
        : trainers.FirstOrDefault(verb => verb.Name == program)
            ?? throw root.Error("program", $"{program} is no trainer's verb{NearestNames.Hint(program, trainers.Select(verb => verb.Name))}");
}
