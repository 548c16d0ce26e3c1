using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Experiments.Runs;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;

namespace Compression.Experiments.Verbs;

/// <summary>Uploads what Weights &amp; Biases has not got yet.</summary>
internal sealed class WandbSyncRuns : Verb<WandbSyncOptions>
{
    public override string Name => "wandb sync";

    public override string Summary => "upload runs that were reported offline, or whose server was down";

    public override string Operand => "folder";

    public override IReadOnlyList<string> Examples => ["wandb sync runs/small", "wandb sync runs"];

    protected override ExitCode Run(WandbSyncOptions options, CommandEnvironment environment)
    {
        if (options.Folder.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"{Name} needs a run's folder: ./run.sh {Name} runs/NAME.");
        }

        var logs = WandbSync.Find(environment.FullPath(options.Folder));
        var server = WandbOptions.ServerAt(WandbVariables.Server(environment));
        var key = WandbKey.Find(environment.Variable, server);
        using var stop = environment.ListenForStop();
        try
        {
            WandbSync.Upload(logs, server, key, environment.Time, environment.Screen.Output, stop.Token);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (stop.Reason is { } reason)
        {
            return reason;
        }
    }
}
