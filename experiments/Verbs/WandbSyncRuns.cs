using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <c>wandb sync</c>.</summary>
public sealed record WandbSyncOptions
{
    /// <summary>What is uploaded.</summary>
    [Option("folder", "a run's folder, a folder of runs, or one .wandb file", IsPath = true)]
    public string Folder { get; init; } = "";
}

/// <summary>Uploads what Weights &amp; Biases has not got yet.</summary>
internal sealed class WandbSyncRuns() : Verb<WandbSyncOptions>("wandb sync", "upload runs that were reported offline, or whose server was down")
{
    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => ["wandb sync runs/small", "wandb sync runs"];

    protected override ExitCode Run(WandbSyncOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOperand(options.Folder, "a run's folder");
        var logs = WandbSync.Find(environment.FullPath(options.Folder));
        var server = WandbOptions.ServerAt(WandbVariables.Server(environment));
        var key = WandbKey.Find(environment.Variable, server);
        return environment.UntilStopped(stop => WandbSync.Upload(logs, server, key, environment.Time, environment.Screen.Output, stop));
    }
}
