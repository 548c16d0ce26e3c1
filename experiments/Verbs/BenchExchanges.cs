using Compression.Benchmarks;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Recipes;
using Compression.Mpi;

namespace Compression.Experiments.Verbs;

/// <summary>Bytes and milliseconds of each exchange, beside the formula of its bytes.</summary>
internal sealed class BenchExchanges : Verb<ExchangeBenchmarkOptions>
{
    /// <inheritdoc/>
    public override string Name => "bench exchanges";

    /// <inheritdoc/>
    public override string Summary => "bytes and ms of the exchanges, beside the formulas of their bytes";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Examples =>
        ["bench exchanges --num_workers 4", "bench exchanges --virtual_workers 64", "bench exchanges --rows 10000 --columns 1500 --only allgather"];

    /// <inheritdoc/>
    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment)
    {
        var options = Read(command);
        _ = ExchangeBenchmark.Chosen(options);
        if (options.VirtualWorkers > 0 || MpiEnvironment.Current.IsUnderLauncher)
        {
            return Run(options, environment);
        }

        RankLaunch.RequireHosts(options.Hostfile, environment);
        return RankLaunch.Start(options.NumWorkers, options.Hostfile, options.Threads, [.. Name.Split(' '), .. command.Words], environment);
    }

    /// <inheritdoc/>
    protected override ExitCode Run(ExchangeBenchmarkOptions options, CommandEnvironment environment)
    {
        if (options.VirtualWorkers > 0)
        {
            ExchangeBenchmark.RunVirtual(options, Components.Compose, environment.Screen.Output);
            return ExitCode.Success;
        }

        using var group = RankGroup.Join(timeout: 0);
        try
        {
            ExchangeBenchmark.Run(options, group.Communicator, Components.Compose, group.IsFirst ? environment.Screen.Output : null);
            return ExitCode.Success;
        }
        catch (Exception failure)
        {
            var code = RankGroup.CodeOf(failure);
            group.EndAll(code, () => CommandLine.Report(code, failure.Message, environment));
            throw;
        }
    }
}
