using System.Globalization;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.NetworkLab;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="LabClean"/>.</summary>
public sealed record LabCleanOptions
{
    /// <summary>Whose lab.</summary>
    [Option("owner", "process whose lab is removed though it is in use; 0: all labs whose processes are gone", Min = 0, Max = int.MaxValue)]
    public int Owner { get; init; }
}

/// <summary>Removes what killed labs left, and no lab that is in use unless it is named.</summary>
internal sealed class LabClean() : Verb<LabCleanOptions>("lab clean", "end what killed labs left: their processes, hosts and links; needs root")
{
    protected override ExitCode Run(LabCleanOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        int removed = options.Owner == 0 ? LabNetwork.RemoveAbandoned() : RemoveThatOf(options.Owner);
        string inUse = string.Concat(LabNetwork.Owners().Select(owner => FormattableString.Invariant($" The lab of process {owner} is in use; ./run.sh lab clean --owner {owner} ends it.")));
        environment.Screen.Output.WriteLine((removed == 0 ? "There was no lab to remove." : $"Removed {removed} {Plural.Of(removed, "lab")}.") + inUse);
        return ExitCode.Success;
    }

    private static int RemoveThatOf(int owner)
    {
        if (LabNetwork.Owners() is var owners && !owners.Contains(owner))
        {
            throw new UserErrorException(
                ExitCode.Usage,
                FormattableString.Invariant($"--owner {owner}: that process has no lab; ")
                + (owners.Count == 0 ? "no process has." : $"these have: {string.Join(", ", owners.Select(one => one.ToString(CultureInfo.InvariantCulture)))}."));
        }

        LabNetwork.Remove(owner);
        return 1;
    }
}
