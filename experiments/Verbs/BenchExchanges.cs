using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Verbs;

/// <summary>Bytes and milliseconds of each exchange, beside the formula of its bytes.</summary>
internal sealed class BenchExchanges() : Verb<ExchangeBenchmarkOptions>("bench exchanges", "bytes and ms of the exchanges, beside the formulas of their bytes")
{
    public override IReadOnlyList<string> Examples =>
        ["bench exchanges --num_workers 4", "bench exchanges --virtual_workers 64", "bench exchanges --rows 10000 --columns 1500 --methods 'none; topk(ratio=0.001) via gtopk'"];

    protected override ExitCode Run(ExchangeBenchmarkOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        ExchangeBenchmark.Check(options, Components.Compose);
        BenchmarkMemory.Require(options);
        if (options.VirtualWorkers > 0)
        {
            ExchangeBenchmark.RunVirtual(options, Components.Compose, environment.Screen.Output);
            return ExitCode.Success;
        }

        return MeasuringRanks.Run(
            this, command, options.NumWorkers, options.Hostfile, options.Threads, environment,
            (communicator, output) => ExchangeBenchmark.Run(options, communicator, Components.Compose, output));
    }
}
