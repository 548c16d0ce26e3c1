using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Verbs;

/// <summary>Tokens per second of Transformer-XL's training step, beside that of libtorch's layers.</summary>
internal sealed class BenchTransformerXl : Verb<TransformerXlBenchmarkOptions>
{
    public override string Name => "bench transformer-xl";

    public override string Summary => "tokens/s of Transformer-XL's training step, beside the same model of libtorch's layers";

    public override IReadOnlyList<string> Examples => ["bench transformer-xl", "bench transformer-xl --json", "bench transformer-xl --d_model 256 --d_inner 1024 --threads 1"];

    protected override ExitCode Run(TransformerXlBenchmarkOptions options, CommandEnvironment environment)
    {
        BenchmarkMemory.Require(options);
        Requirements.Libtorch(useGpu: false);
        TransformerXlBenchmark.Run(options, Components.Compose, environment.Screen.Output);
        return ExitCode.Success;
    }
}
