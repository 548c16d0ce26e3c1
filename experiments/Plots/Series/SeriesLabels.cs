using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Plots.Runs;

namespace Compression.Experiments.Plots.Series;

/// <summary>Names series by what tells them apart, and by no more.</summary>
internal static class SeriesLabels
{
    private const string Compressor = "resolved_compressor", Memory = "resolved_memory", Exchange = "resolved_exchange", Workers = "workers", Network = "network";
    private const string Outer = "outer", PlainOuter = "outer mean";

    // These follow from the compressor, but for memories that no compressor takes of itself, or say how long a run is: shown only where nothing else tells two series apart.
    private static readonly string[] s_lastResort = [Memory, "max_steps", "epochs", "warmup_epochs", "threads", "corpus"];

    // These are in what a label says of the method, of the outer step and of the workers.
    private static readonly string[] s_inOthers =
        [Compressor, Exchange, "num_workers", "virtual_workers", "local_steps", "outer_optimizer", "outer_lr", "outer_momentum"];

    // Arguments that are the point of a component, whether or not they vary.
    private static readonly string[] s_always = ["ratio", "rank", "format"];

    private static readonly Lazy<IReadOnlyList<AlgorithmEntry>> s_algorithms = new(() => [.. Components.Catalog().Entries]);

    // By algorithm and argument; several where algorithms of different roles share a name.
    private static readonly Lazy<ILookup<(string Algorithm, string Argument), string>> s_defaults = new(() => s_algorithms.Value
        .SelectMany(entry => entry.Options.Select(option => (Key: (entry.Name, option.Name), Value: OptionText.Format(option.Default))))
        .ToLookup(one => one.Key, one => one.Value));

    /// <summary>
    /// A label for each series, given one run of each; all are different. Beside the method, it names what differs from most of the others.
    /// </summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<RunData> runs)
    {
        var identities = runs.Select(Distinguishing).ToArray();
        string[] labels = [.. runs.Select(run => Method(run, runs))];
        foreach (var (option, usual) in UsualValues(identities))
        {
            Append(labels, i => identities[i][option] == usual ? "" : Part(option, identities[i][option]));
        }

        string[] memories = [.. runs.Select(run => run.Option(Memory))];
        foreach (string option in s_lastResort)
        {
            string[] parts =
            [
                .. runs.Select(run => option == Memory ? MemoryPart(run, memories) : Part(option, SeriesGrouping.Identity(run).GetValueOrDefault(option, ""))),
            ];
            string[] before = [.. labels];
            Append(labels, i => (option == Memory && !FollowsFromCompressor(runs[i]))
                || Enumerable.Range(0, runs.Count).Any(j => before[j] == before[i] && parts[j] != parts[i]) ? parts[i] : "");
        }

        return [.. labels.Select((label, i) => labels.Count(other => other == label) > 1 ? $"{label} [{runs[i].Name}]" : label)];
    }

    /// <summary>What labels leave unsaid though it differs between series: the value that most of them share.</summary>
    public static IReadOnlyList<string> Usual(IReadOnlyList<RunData> runs) =>
        [.. UsualValues([.. runs.Select(Distinguishing)]).Select(pair => Part(pair.Option, pair.Value)).Where(part => part.Length > 0)];

    /// <summary>What is sent, and how often: <c>dense</c>, <c>powersgd(rank=2)</c>, <c>topk(ratio=0.01)+sign, H = 32</c>.</summary>
    /// <param name="run">A run.</param>
    /// <param name="among">Its fellows: an argument is shown where it is not the default; where that is not known, if it tells one composition from another. A ratio, a rank and a format always are.</param>
    public static string Method(RunData run, IReadOnlyList<RunData> among) => Compression(run, among) + LocalSteps(run);

    /// <summary>Continues a method: how many steps pass from one exchange to the next; empty where it is one.</summary>
    public static string LocalSteps(RunData run) => run.LocalSteps > 1 ? FormattableString.Invariant($", H = {run.LocalSteps}") : "";

    /// <summary>The compression method alone.</summary>
    /// <param name="run">A run.</param>
    /// <param name="among">As of <see cref="Method"/>.</param>
    public static string Compression(RunData run, IReadOnlyList<RunData> among)
    {
        if (run.SendsAll)
        {
            return "dense";
        }

        string composition = Composition(run);
        string exchange = run.Option(Exchange);
        if (composition == "dense+float32")
        {
            return Shorten(exchange, among.Select(other => other.Option(Exchange)));
        }

        string method = Shorten(composition, among.Select(Composition));
        bool plain = exchange.Length == 0 || exchange.Split('(')[0] is "auto" or "allgather" or "allreduce";
        return plain ? method : $"{method}, {Shorten(exchange, among.Select(other => other.Option(Exchange)))}";
    }

    /// <summary>The compressor without its warm-up, which is an option of its own.</summary>
    public static string Composition(RunData run) => run.Option(Compressor).Split(';')[0].Trim();

    /// <summary>The terms of a composition; none where it cannot be read.</summary>
    public static IReadOnlyList<AlgorithmTerm> Terms(string composition)
    {
        try
        {
            return composition.Length == 0 ? [] : AlgorithmTerm.Parse(composition, Compressor);
        }
        catch (UserErrorException)
        {
            return [];
        }
    }

    // Options that a label names whenever they differ; an option that a run lacks has the empty text.
    private static Dictionary<string, string> Distinguishing(RunData run)
    {
        var options = SeriesGrouping.Identity(run).Where(option => !s_lastResort.Contains(option.Key) && !s_inOthers.Contains(option.Key))
            .ToDictionary(StringComparer.Ordinal);
        options[Workers] = $"{run.Workers} {(run.VirtualWorkers > 0 ? "virtual " : "")}{Plural.Of(run.Workers, "worker")}";
        options[Outer] = OuterStep(run);
        return options;
    }

    // What moves the shared weights; empty where workers have no others.
    private static string OuterStep(RunData run)
    {
        if (!run.HasLocalWeights)
        {
            return "";
        }

        string rate = run.Option("outer_lr"), momentum = run.Option("outer_momentum");
        return (rate, momentum) switch
        {
            ("1", "0") => PlainOuter,
            (_, "0") => $"outer sgd(lr={rate})",
            _ => $"outer {run.Option("outer_optimizer")}(lr={rate},momentum={momentum})",
        };
    }

    private static List<(string Option, string Value)> UsualValues(Dictionary<string, string>[] identities)
    {
        var usual = new List<(string, string)>();
        foreach (string option in identities.SelectMany(identity => identity.Keys).Distinct().OrderBy(name => name == Workers ? 0 : name == "init_lr" ? 1 : 2))
        {
            foreach (var identity in identities)
            {
                identity.TryAdd(option, "");
            }

            var values = identities.GroupBy(identity => identity[option], StringComparer.Ordinal).ToArray();

            // That the outer step is the mean goes without saying where there is no other.
            if (values.Length > 1 && !(option == Outer && values.All(group => group.Key is "" or PlainOuter)))
            {
                // Runs of a lab all say so.
                usual.Add((option, option == Network ? "" : values.MaxBy(group => group.Count())!.Key));
            }
        }

        return usual;
    }

    private static string Shorten(string composition, IEnumerable<string> among)
    {
        var terms = Shown(composition);
        if (terms.Count == 0)
        {
            return composition.Length > 0 ? composition : "unknown";
        }

        string form = Form(terms);
        var fellows = among.Select(Shown).Where(other => Form(other) == form).ToArray();
        return string.Join('+', terms.Select((term, place) => Text(term, [.. fellows.Select(other => other[place])])));
    }

    // As short as a user may write it: what chooses nothing, and the quantizer that a sparsifier takes of itself, go without saying.
    private static IReadOnlyList<AlgorithmTerm> Shown(string composition) => Terms(composition) switch
    {
        [{ Name: "dense" }, var quantizer] => [quantizer],
        [var sparsifier, var quantizer] when IsItsOwn(quantizer, sparsifier) => [sparsifier],
        var terms => terms,
    };

    private static bool IsItsOwn(AlgorithmTerm quantizer, AlgorithmTerm sparsifier)
    {
        var declared = s_algorithms.Value.FirstOrDefault(entry => entry.Role == AlgorithmRole.Sparsifier && entry.Name == sparsifier.Name)?.Declared;
        var own = Terms(declared?.Quantizer ?? "float32")[0];
        return own.Name == quantizer.Name && own.Arguments.All(quantizer.Arguments.Contains)
            && quantizer.Arguments.Except(own.Arguments).All(argument => !Departs(quantizer.Name, argument));
    }

    private static string Form(IReadOnlyList<AlgorithmTerm> terms) => string.Join('+', terms.Select(term => term.Name));

    private static string Text(AlgorithmTerm term, AlgorithmTerm[] fellows)
    {
        string[] arguments =
        [
            .. term.Arguments
                .Where(argument => s_always.Contains(argument.Key) || (HasDefault(term.Name, argument.Key)
                    ? Departs(term.Name, argument)
                    : fellows.Any(other => !other.Arguments.Contains(argument))))
                .Select(argument => $"{argument.Key}={argument.Value}"),
        ];
        return arguments.Length == 0 ? term.Name : $"{term.Name}({string.Join(',', arguments)})";
    }

    // Not where this build does not know the algorithm, or the argument.
    private static bool HasDefault(string algorithm, string argument) => s_defaults.Value.Contains((algorithm, argument));

    private static bool Departs(string algorithm, KeyValuePair<string, string> argument) =>
        HasDefault(algorithm, argument.Key) && !s_defaults.Value[(algorithm, argument.Key)].Contains(argument.Value);

    private static bool FollowsFromCompressor(RunData run) => run.Option(Memory).Split('(')[0] is "" or "none" or "residual";

    private static string MemoryPart(RunData run, string[] memories) =>
        run.Option(Memory) is "" or "none" ? "no memory" : $"{Shorten(run.Option(Memory), memories)} memory";

    private static string Part(string option, string value) => option switch
    {
        Workers or Network or Outer => value,
        "corpus" => $"corpus {(value.Length > 8 ? value[..8] : value)}",
        _ when value.Length == 0 || (option == "max_steps" && value == "0") => "",
        _ => $"{option}={value}",
    };

    private static void Append(string[] labels, Func<int, string> part)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = part(i) is { Length: > 0 } text ? $"{labels[i]}, {text}" : labels[i];
        }
    }
}
