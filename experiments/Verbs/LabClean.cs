using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Verbs;

/// <summary>Removes what killed labs left.</summary>
internal sealed class LabClean() : Verb<NoOptions>("lab clean", "end all labs: their processes, hosts and links")
{
    protected override ExitCode Run(NoOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        int labs = LabNetwork.Clean(onlyAbandoned: false);
        environment.Screen.Output.WriteLine(labs == 0 ? "There was no lab." : $"Removed {labs} {Plural.Of(labs, "lab")}.");
        return ExitCode.Success;
    }
}
