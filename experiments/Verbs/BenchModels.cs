using Compression.Benchmarks;
using Compression.Core.Composition;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Verbs;

/// <summary>Speed of a model's training step, beside that of libtorch's layers.</summary>
/// <param name="name">Of the verb.</param>
/// <param name="summary">What it prints.</param>
/// <param name="requireMemory">Refuses sizes that do not fit.</param>
/// <param name="measure">Is given options, pipelines by their compressors, and where to print.</param>
internal abstract class BenchModel<TOptions>(
    string name, string summary, Action<TOptions> requireMemory, Action<TOptions, Func<string, CompressionPlan>, TextWriter> measure) : Verb<TOptions>(name, summary)
    where TOptions : class, new()
{
    protected override ExitCode Run(TOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        requireMemory(options);
        Requirements.Libtorch(useGpu: false);
        measure(options, Components.Compose, environment.Screen.Output);
        return ExitCode.Success;
    }
}

/// <summary>Words per second of the training step, beside that of libtorch's layers.</summary>
internal sealed class BenchTrain() : BenchModel<TrainingBenchmarkOptions>(
    "bench train", "words/s of the training step, beside the same model of libtorch's layers", BenchmarkMemory.Require, TrainingBenchmark.Run)
{
    public override IReadOnlyList<string> Examples => ["bench train", "bench train --json", "bench train --compressor topk(ratio=0.001) --threads 1"];
}

/// <summary>Tokens per second of Transformer-XL's training step, beside that of libtorch's layers.</summary>
internal sealed class BenchTransformerXl() : BenchModel<TransformerXlBenchmarkOptions>(
    "bench transformer-xl", "tokens/s of Transformer-XL's training step, beside the same model of libtorch's layers", BenchmarkMemory.Require, TransformerXlBenchmark.Run)
{
    public override IReadOnlyList<string> Examples => ["bench transformer-xl", "bench transformer-xl --json", "bench transformer-xl --d_model 256 --d_inner 1024 --threads 1"];
}

/// <summary>Words per second of the LM-1B model's training step, beside that of libtorch's layers.</summary>
internal sealed class BenchLm1b() : BenchModel<Lm1bBenchmarkOptions>(
    "bench lm1b", "words/s of the LM-1B model's training step, beside the same model of libtorch's layers", BenchmarkMemory.Require, Lm1bBenchmark.Run)
{
    public override IReadOnlyList<string> Examples => ["bench lm1b", "bench lm1b --json", "bench lm1b --vocab_size 100000 --threads 1"];
}
