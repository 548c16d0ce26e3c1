using System.Globalization;
using System.Text.Json;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Files;
using Compression.Training.ModelParallel;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="BenchPipeline"/>.</summary>
public sealed record BenchPipelineOptions
{
    /// <summary>Numbers of stages.</summary>
    [Option("stages", "numbers of stages, each an MPI rank")]
    public string Stages { get; init; } = "1,2,4";

    /// <summary>Schedules.</summary>
    [Option("schedules", "schedules to compare")]
    public string Schedules { get; init; } = "wavefront,gpipe,1f1b";

    /// <summary>Placement of layers.</summary>
    [Option("placement", "even, or auto")]
    public string Placement { get; init; } = "auto";

    /// <summary>Steps of each run.</summary>
    [Option("steps", "training steps of each run", Min = 1, Max = int.MaxValue)]
    public int Steps { get; init; } = 60;

    /// <summary>Where runs are kept.</summary>
    [Option("out", "folder of the runs; one that is there is read and not run again", IsPath = true)]
    public string Out { get; init; } = "runs/bench-pipeline";
}

/// <summary>Words per second, bubble and memory of a pipeline, by schedule and number of stages.</summary>
internal sealed class BenchPipeline() : Verb<BenchPipelineOptions>(
    "bench pipeline", "words/s, bubble and memory of model-parallel by schedule and stages; options of model-parallel after --")
{
    public override bool PassesOn => true;

    public override IReadOnlyList<string> Examples => ["bench pipeline", "bench pipeline --stages 2 --schedules 1f1b -- --micro_batches 10 --threads 1"];

    protected override ExitCode Run(BenchPipelineOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        string folder = environment.FullPath(options.Out);
        var output = environment.Screen.Output;
        output.WriteLine("stages schedule   placement          words/s  bubble  of placement  in theory  MiB a stage            MB sent a step");
        foreach (string word in options.Stages.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int stages) || stages < 1)
            {
                throw new UserErrorException(ExitCode.Usage, $"--stages {options.Stages}: '{word}' is no number of stages; write 1,2,4.");
            }

            foreach (string schedule in options.Schedules.Split(',', StringSplitOptions.TrimEntries))
            {
                string run = Path.Combine(folder, $"{schedule}-{word}");
                if (!File.Exists(Path.Combine(run, ModelParallelReport.FileName)))
                {
                    string[] words =
                    [
                        "model-parallel", "--stages", word, "--schedule", schedule, "--placement", options.Placement, "--max_steps",
                        options.Steps.ToString(CultureInfo.InvariantCulture), "--quiet", "true", "--eval_sentences", "100",
                        "--out", run, .. command.PassedOn,
                    ];
                    int threads = Math.Max(1, Environment.ProcessorCount / stages);
                    var code = RankLaunch.Start(stages, null, threads, words, environment);
                    if (code != ExitCode.Success)
                    {
                        return code;
                    }
                }

                output.WriteLine(Row(run));
            }
        }

        return ExitCode.Success;
    }

    private static string Row(string run)
    {
        var summary = Json(run, RunFiles.Summary);
        var report = Json(run, ModelParallelReport.FileName);
        JsonElement[] stages = [.. report.GetProperty("per_stage").EnumerateArray()];
        double steps = report.GetProperty("steps").GetDouble();
        string memory = string.Join('+', stages.Select(stage => FormattableString.Invariant($"{stage.GetProperty("peak_memory_bytes").GetDouble() / (1 << 20):F0}")));
        double sent = stages.Sum(stage => stage.GetProperty("gradient_bytes").GetDouble()) * 2 / 1e6 / Math.Max(1, steps);
        return FormattableString.Invariant(
            $"{report.GetProperty("stages").GetInt32(),6} {report.GetProperty("schedule").GetString(),-10} {report.GetProperty("placement").GetString(),-17} {summary.GetProperty("words_per_second").GetDouble(),8:F0} {report.GetProperty("bubble").GetDouble(),7:P1} {report.GetProperty("bubble_of_placement").GetDouble(),12:P1} {report.GetProperty("bubble_in_theory").GetDouble(),10:P1}  {memory,-22} {sent,8:F2}");
    }

    private static JsonElement Json(string run, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(run, name)));
        return document.RootElement.Clone();
    }
}
