using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Composition;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Recipes;

/// <summary>What a run of Transformer-XL would be: its options, parameters, memory and command.</summary>
/// <param name="options">Resolved.</param>
/// <param name="pipeline">The composition.</param>
/// <param name="data">One line on the text.</param>
/// <param name="size">Words, parameters, tokens.</param>
internal sealed class TransformerXlPlan(TransformerXlOptions options, CompressionPlan pipeline, string data, TrainingSize size)
{
    private const double MiB = 1 << 20;

    /// <summary>Prints it.</summary>
    public void Print(ParsedCommand command, CommandEnvironment environment)
    {
        var output = environment.Screen.Output;
        var shape = options.ShapeFor(size.Words);
        void Line(string name, FormattableString value) => output.WriteLine($"  {name,-24}{value.ToString(CultureInfo.InvariantCulture)}");

        output.WriteLine("options");
        foreach (var option in OptionSchema.Of(typeof(TransformerXlOptions)).Options.Where(option => !Equals(option.Get(options), option.Default)))
        {
            Line(option.Name, $"{OptionText.Format(option.Get(options))}");
        }

        Line("others", $"at their defaults");
        output.WriteLine("text");
        output.WriteLine("  " + data);
        output.WriteLine("model");
        Line("vocabulary", $"{size.Words:N0}");
        Line("parameters", $"{size.Parameters:N0}");
        Line("outside the embedding", $"{shape.NonEmbeddingCount():N0}");
        int world = Math.Max(options.NumWorkers, options.VirtualWorkers);
        output.WriteLine("batch");
        Line("workers", $"{world:N0}");
        Line("sequences a step", $"{(long)options.BatchSize * world:N0}");
        Line("tokens a step", $"{(long)options.BatchSize * options.TgtLen * world:N0}");
        Line("steps", $"{Math.Ceiling(size.Tokens / ((double)options.BatchSize * options.TgtLen * world)):N0}");
        output.WriteLine("memory a worker, float32");
        double state = size.Parameters * sizeof(float) / MiB;
        int kept = TransformerXlMemory.Optimizer(options);
        bool remembers = pipeline.Memory != "none";
        int copies = TransformerXlMemory.Weights(options);
        Line("parameters, gradients", $"{copies * state:N0} MiB{(copies == 3 ? " (with rounded weights)" : "")}");
        Line("optimizer", $"{kept * state:N0} MiB ({options.Optim})");
        Line("compression memory", $"{(remembers ? state : 0):N0} MiB ({pipeline.Memory})");
        double activations = TransformerXlMemory.Activations(options, shape) * sizeof(float) / MiB;
        Line("activations, about", $"{activations:N0} MiB (batch_chunk {options.BatchChunk})");
        Line("together, about", $"{((copies + kept + (remembers ? 1 : 0)) * state) + activations:N0} MiB");
        output.WriteLine("command");
        output.WriteLine("  " + Command(command, world, environment));
    }

    private string Command(ParsedCommand command, int world, CommandEnvironment environment)
    {
        IEnumerable<string> words = command.Values
            .Where(pair => pair.Key is not ("dry_run" or "num_workers" or "hostfile"))
            .Select(pair => $"--{pair.Key} {(pair.Value.Any(char.IsWhiteSpace) || pair.Value.Contains('(', StringComparison.Ordinal) ? $"'{pair.Value}'" : pair.Value)}");
        string run = $"./run.sh transformer-xl {string.Join(' ', words)}".TrimEnd();
        string hosts = RankLaunch.Hosts(options.Hostfile, environment) is { } list ? $"-hosts {list.Argument} " : "";
        return world > 1 && options.VirtualWorkers == 0 ? $"mpiexec.mpich {hosts}-n {world} {run}" : run;
    }
}
