using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Verbs;

/// <summary>Words per second of the training step, beside that of libtorch's layers.</summary>
internal sealed class BenchTrain : Verb<TrainingBenchmarkOptions>
{
    public override string Name => "bench train";

    public override string Summary => "words/s of the training step, beside the same model of libtorch's layers";

    public override IReadOnlyList<string> Examples => ["bench train", "bench train --json", "bench train --compressor topk(ratio=0.001) --threads 1"];

    protected override ExitCode Run(TrainingBenchmarkOptions options, CommandEnvironment environment)
    {
        BenchmarkMemory.Require(options);
        Requirements.Libtorch(useGpu: false);
        TrainingBenchmark.Run(options, Components.Compose, environment.Screen.Output);
        return ExitCode.Success;
    }
}
