using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Plots.Runs;
using Compression.Experiments.Runs;
using Compression.Mpi.Launching;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="BenchScaling"/>.</summary>
public sealed record BenchScalingOptions
{
    /// <summary>Numbers of machines.</summary>
    [Option("machines", "numbers of machines; efficiency is against the first")]
    public string Machines { get; init; } = "1,2";

    /// <summary>Ranks of each.</summary>
    [Option("workers_per_machine", "ranks of a machine; the published set-ups have 8, one a GPU", Min = 1, Max = 1024)]
    public int WorkersPerMachine { get; init; } = 1;

    /// <summary>Hosts of the ranks.</summary>
    [Option("hostfile", "file with the hosts of the ranks, one a line: host, host:2 or host slots=2; empty: all ranks on this host", IsPath = true)]
    public string Hostfile { get; init; } = "";

    /// <summary>Steps of each run.</summary>
    [Option("steps", "steps timed in each run, after three that are not", Min = 1, Max = int.MaxValue)]
    public int Steps { get; init; } = 20;

    /// <summary>Threads of a rank.</summary>
    [Option("threads", "threads a rank; 0: cores by ranks of the largest number of machines on one host, the same in all runs", Min = 0, Max = 1024)]
    public int Threads { get; init; }

    /// <summary>Where runs are kept.</summary>
    [Option("out", "folder of the runs; one that is there is read and not run again", IsPath = true)]
    public string Out { get; init; } = "runs/bench-scaling";
}

/// <summary>Examples and tokens per second of Transformer-XL by the number of machines, each with the same batch a worker.</summary>
internal sealed class BenchScaling() : Verb<BenchScalingOptions>(
    "bench scaling", "examples/s, tokens/s and efficiency of transformer-xl by machines; its options after --")
{
    private const int WarmUpSteps = 3;

    // Of the published runs: machines of 8 GPUs, 96 sequences each.
    private static readonly Dictionary<int, double> s_published = new() { [1] = 100, [2] = 96.4, [4] = 97.3, [8] = 84.9, [16] = 82.7 };

    public override bool PassesOn => true;

    public override IReadOnlyList<string> Examples =>
    [
        "bench scaling --machines 1,2 -- --dataset wt2 --n_layer 4 --adaptive true",
        "bench scaling --workers_per_machine 8 --hostfile hosts -- --config test_2 --use_gpu true",
    ];

    protected override ExitCode Run(BenchScalingOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        int[] machines = [.. options.Machines.Split(',', StringSplitOptions.TrimEntries).Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
                ? count
                : throw new UserErrorException(ExitCode.Usage, $"--machines {options.Machines}: '{word}' is no number of machines; write 1,2,4."))];
        var hosts = RankLaunch.Hosts(options.Hostfile, environment);
        int threads = options.Threads > 0 || options.Hostfile.Length > 0
            ? options.Threads
            : Math.Max(1, Environment.ProcessorCount / (machines.Max() * options.WorkersPerMachine));
        var output = environment.Screen.Output;
        output.WriteLine("machines workers  ms a step  examples/s    tokens/s  efficiency  published");
        double first = 0;
        foreach (int count in machines)
        {
            int workers = count * options.WorkersPerMachine;
            string run = Path.Combine(environment.FullPath(options.Out), $"{count}-machines-{workers}-workers");
            if (!File.Exists(Path.Combine(run, RunFiles.Summary)))
            {
                var code = Train(hosts, options, command.PassedOn, workers, threads, run, environment);
                if (code != ExitCode.Success)
                {
                    return code;
                }
            }

            var (seconds, tokens, examples) = Figures(run, workers);
            first = first == 0 ? examples / seconds / count : first;
            string published = s_published.TryGetValue(count, out double share) ? FormattableString.Invariant($"{share:F1} %") : "";
            output.WriteLine(FormattableString.Invariant(
                $"{count,8} {workers,7} {1000 * seconds,10:F1} {examples / seconds,11:F1} {tokens / seconds,11:F0} {examples / seconds / count / first,11:P1} {published,10}"));
        }

        output.WriteLine("published: 446 examples/s on one machine of 8 GPUs to 5,904 on sixteen, which is 96 sequences a GPU over the time of a step");
        return ExitCode.Success;
    }

    private static ExitCode Train(
        HostList? hosts, BenchScalingOptions options, IReadOnlyList<string> passedOn, int workers, int threads, string run, CommandEnvironment environment)
    {
        string steps = OptionText.Format(WarmUpSteps + options.Steps), never = OptionText.Format(WarmUpSteps + options.Steps + 1);
        string[] words =
        [
            "transformer-xl", .. passedOn, "--max_tokens", "0", "--max_step", steps, "--eval_interval", never, "--log_interval", "1", "--quiet", "true",
            "--threads", OptionText.Format(threads), "--out", run,
        ];
        return RankLaunch.Start(workers, hosts, threads, words, environment);
    }

    // Of the median step; a row is a step.
    private static (double Seconds, double Tokens, double Examples) Figures(string run, int workers)
    {
        var rows = CsvRows.Read(Path.Combine(run, RunFiles.Metrics));
        var recorded = RecordedRun.Read(run);
        double batch = double.Parse(recorded.Values["batch_size"], CultureInfo.InvariantCulture);
        double[] tokens = [.. Enumerable.Range(1, rows.Count - 1).Select(row => rows.Number(row, "tokens") - rows.Number(row - 1, "tokens"))];
        double[] seconds = [.. tokens.Select((count, row) => count / rows.Number(row + 1, "words_per_second")).Skip(WarmUpSteps - 1).Order()];
        double median = (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2;
        return (median, tokens.Max(), batch * workers);
    }
}
