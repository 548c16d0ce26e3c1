using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Verbs;

/// <summary>Words per second of the LM-1B model's training step, beside that of libtorch's layers.</summary>
internal sealed class BenchLm1b : Verb<Lm1bBenchmarkOptions>
{
    public override string Name => "bench lm1b";

    public override string Summary => "words/s of the LM-1B model's training step, beside the same model of libtorch's layers";

    public override IReadOnlyList<string> Examples => ["bench lm1b", "bench lm1b --json", "bench lm1b --vocab_size 100000 --threads 1"];

    protected override ExitCode Run(Lm1bBenchmarkOptions options, CommandEnvironment environment)
    {
        BenchmarkMemory.Require(options);
        Requirements.Libtorch(useGpu: false);
        Lm1bBenchmark.Run(options, Components.Compose, environment.Screen.Output);
        return ExitCode.Success;
    }
}
