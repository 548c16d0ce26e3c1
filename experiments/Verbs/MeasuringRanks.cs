using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Mpi.Interop;

namespace Compression.Experiments.Verbs;

/// <summary>Ranks that measure and keep no run folder.</summary>
internal static class MeasuringRanks
{
    /// <summary>Starts them with the command line of this process, and waits; in one of them, measures.</summary>
    /// <param name="verb">Of the command line.</param>
    /// <param name="command">What stands after it.</param>
    /// <param name="ranks">How many.</param>
    /// <param name="hostfile">Their hosts; empty: this one.</param>
    /// <param name="threads">Of each; 0: as each finds right.</param>
    /// <param name="environment">Of this process.</param>
    /// <param name="measure">Is given the ranks, and where to print: null on all but the first.</param>
    public static ExitCode Run(
        Verb verb, ParsedCommand command, int ranks, string hostfile, int threads, CommandEnvironment environment, Action<ICommunicator, TextWriter?> measure)
    {
        if (!MpiEnvironment.Current.IsUnderLauncher)
        {
            return RankLaunch.Start(ranks, RankLaunch.Hosts(hostfile, environment), threads, [.. verb.Name.Split(' '), .. command.Words], environment);
        }

        using var group = RankGroup.Join(timeout: 0, environment);
        SharedByRanks.Require(group, SharedFact.OfProgram());
        try
        {
            measure(group.Communicator, group.IsFirst ? environment.Screen.Output : null);
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
