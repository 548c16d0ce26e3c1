using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;

namespace Compression.Experiments.Verbs;

/// <summary>Milliseconds and bytes of each compressor, beside libtorch's operators.</summary>
internal sealed class BenchCompressors() : Verb<CompressorBenchmarkOptions>(
    "bench compressors", "ms, GB/s and payload of the compressors, beside libtorch's operators")
{
    public override IReadOnlyList<string> Examples => ["bench compressors", "bench compressors --elements 1000000 --threads 1 --json", "bench compressors --gradient ptb --only topk"];

    protected override ExitCode Run(CompressorBenchmarkOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        BenchmarkMemory.Require(options);
        CompressorBenchmark.Run(options, Components.Compose, () => CorpusChoice.Load("", environment).Corpus, environment.Screen.Output);
        return ExitCode.Success;
    }
}
