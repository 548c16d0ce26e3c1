using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Verbs;

/// <summary>Milliseconds of a training step among ranks, by method.</summary>
internal sealed class BenchSteps() : Verb<StepBenchmarkOptions>("bench steps", "ms of the training step among ranks, with its parts and bytes, by method")
{
    public override IReadOnlyList<string> Examples => ["bench steps --num_workers 2", "bench steps --num_hid 700 --methods 'none; topk(ratio=0.001)'"];

    protected override ExitCode Run(StepBenchmarkOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        StepBenchmark.Check(options, Components.Compose);
        BenchmarkMemory.Require(options);
        return MeasuringRanks.Run(
            this, command, options.NumWorkers, options.Hostfile, options.Threads, environment,
            (communicator, output) => StepBenchmark.Run(options, communicator, Components.Compose, output));
    }
}
