using Compression.Core.Communication;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Verbs;

/// <summary>Ranks that measure and keep no run folder.</summary>
internal static class MeasuringRanks
{
    /// <summary>Starts them with the command line of this process, and waits.</summary>
    public static ExitCode Start(Verb verb, ParsedCommand command, int ranks, string hostfile, int threads, CommandEnvironment environment)
    {
        return RankLaunch.Start(ranks, RankLaunch.Hosts(hostfile, environment), threads, [.. verb.Name.Split(' '), .. command.Words], environment);
    }

    /// <summary>Measures as one of them.</summary>
    /// <param name="environment">Of this process.</param>
    /// <param name="measure">Is given the ranks, and where to print: null on all but the first.</param>
    public static ExitCode Run(CommandEnvironment environment, Action<ICommunicator, TextWriter?> measure)
    {
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
