using Compression.Experiments.Cli;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;
using Compression.Training.Sessions;

namespace Compression.Experiments.Runs;

/// <summary>The environment variables of Weights &amp; Biases: some stand for options that the command line does not give.</summary>
internal static class WandbVariables
{
    private static readonly (string Variable, string Option)[] s_options =
    [
        ("WANDB_MODE", "wandb"), ("WANDB_PROJECT", "project_name"), ("WANDB_ENTITY", "wandb_entity"), ("WANDB_RUN_GROUP", "wandb_group"),
        ("WANDB_JOB_TYPE", "wandb_job_type"), ("WANDB_TAGS", "wandb_tags"), ("WANDB_NOTES", "wandb_notes"), ("WANDB_RUN_ID", "wandb_run_id"),
        ("WANDB_RESUME", "wandb_resume"),
    ];

    /// <summary>The options that variables stand for, with their texts.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(CommandEnvironment environment) =>
    [
        .. s_options
            .Select(pair => KeyValuePair.Create(pair.Option, environment.Variable(pair.Variable) ?? ""))
            .Where(pair => pair.Value.Length > 0)
            // A run folder knows its run: going on by itself is what it does anyway.
            .Select(pair => pair is { Key: "wandb_resume", Value: "auto" } ? KeyValuePair.Create(pair.Key, "allow") : pair),
    ];

    /// <summary>The variable that stands for an option.</summary>
    public static string NameOf(string option) => s_options.Single(pair => pair.Option == option).Variable;

    /// <summary>What a run's options say, and variables that have no option; null where nothing is to be reported.</summary>
    public static WandbOptions? OptionsOf(TrainerOptions options, CommandEnvironment environment) => options.Wandb == "disabled" ? null : new WandbOptions
    {
        Mode = Enum.Parse<WandbMode>(options.Wandb, ignoreCase: true),
        BaseUrl = Server(environment),
        Project = options.ProjectName,
        DisplayName = Or("WANDB_NAME", options.ExpName, environment),
        Entity = options.WandbEntity,
        Group = options.WandbGroupName,
        JobType = options.WandbJobType,
        Tags = options.WandbTags,
        Notes = options.WandbNotes,
        RunId = options.WandbRunId,
        Resume = Enum.Parse<WandbResume>(options.WandbResume, ignoreCase: true),
        SweepId = Or("WANDB_SWEEP_ID", "", environment),
        Folder = environment.FullPathOrEmpty(environment.Variable("WANDB_DIR") ?? ""),
    };

    /// <summary>Address of the server.</summary>
    public static string Server(CommandEnvironment environment) => Or("WANDB_BASE_URL", WandbOptions.DefaultBaseUrl, environment);

    private static string Or(string variable, string otherwise, CommandEnvironment environment) =>
        environment.Variable(variable) is { Length: > 0 } value ? value : otherwise;
}
