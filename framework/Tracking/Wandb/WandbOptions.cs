using System.Text.RegularExpressions;
using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb;

/// <summary>What the user says about Weights &amp; Biases; empty where nothing.</summary>
public sealed partial record WandbOptions
{
    /// <summary>The public server.</summary>
    public const string DefaultBaseUrl = "https://api.wandb.ai";

    private const int LongestName = 128;
    private const string ForbiddenInNames = "/\\#?%:";

    /// <summary>Whether, and how.</summary>
    public WandbMode Mode { get; init; } = WandbMode.Disabled;

    /// <summary>The server.</summary>
    public string BaseUrl { get; init; } = DefaultBaseUrl;

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>User or team; empty: the key's own.</summary>
    public string Entity { get; init; } = "";

    /// <summary>The run's id; empty: a new one, or the continued run's.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The run's name; empty: its id.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Group of runs.</summary>
    public string Group { get; init; } = "";

    /// <summary>Kind of job.</summary>
    public string JobType { get; init; } = "";

    /// <summary>Free text.</summary>
    public string Notes { get; init; } = "";

    /// <summary>Labels, separated by commas.</summary>
    public string Tags { get; init; } = "";

    /// <summary>The sweep that the run is a trial of.</summary>
    public string SweepId { get; init; } = "";

    /// <summary>Folder that gets a folder <c>wandb</c>; empty: the run's.</summary>
    public string Folder { get; init; } = "";

    /// <summary>What becomes of a run that exists.</summary>
    public WandbResume Resume { get; init; } = WandbResume.No;

    /// <summary>The labels one by one.</summary>
    internal IReadOnlyList<string> TagList => Tags.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The server's address.</summary>
    internal Uri Server => ServerAt(BaseUrl);

    /// <summary>Reads a server's address.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it is none.</exception>
    public static Uri ServerAt(string url) =>
        Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") && address.UserInfo.Length == 0
            ? address
            : throw Wrong("WANDB_BASE_URL", address is { UserInfo.Length: > 0 } ? "(hidden)" : url, "is no server's address", $"write one as {DefaultBaseUrl}");

    /// <summary>Checks everything that can be checked without the server.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>; the message names the option.</exception>
    public void Check()
    {
        if (Mode == WandbMode.Disabled)
        {
            return;
        }

        RequireName("--project_name", Project, mayBeEmpty: false);
        RequireName("--wandb_entity", Entity, mayBeEmpty: true);
        RequireName("--wandb_run_id", RunId, mayBeEmpty: true);
        PathName.Require(RunId, "--wandb_run_id");
        if (RunId.Length > 0 && !IdPattern().IsMatch(RunId))
        {
            throw Wrong("--wandb_run_id", RunId, "is no name for a file and an address", "use letters, digits, '-', '_' and '.'");
        }

        _ = Server;
        if (Resume is WandbResume.Must or WandbResume.Never && RunId.Length == 0)
        {
            throw Wrong("--wandb_resume", Resume.ToString().ToLowerInvariant(), "needs to know which run", "name it by --wandb_run_id");
        }

        if (Resume is WandbResume.Must or WandbResume.Never && Mode == WandbMode.Offline)
        {
            throw Wrong(
                "--wandb_resume", Resume.ToString().ToLowerInvariant(), "asks the server, which --wandb offline does not", "use --wandb online, or --wandb_resume allow");
        }
    }

    private static void RequireName(string option, string value, bool mayBeEmpty)
    {
        if (value.Length == 0 && !mayBeEmpty)
        {
            throw Wrong(option, value, "is empty", "give it a name");
        }

        if (value.FirstOrDefault(c => ForbiddenInNames.Contains(c, StringComparison.Ordinal) || char.IsControl(c)) is var forbidden and not '\0')
        {
            throw Wrong(option, value, $"holds {(char.IsControl(forbidden) ? "a control character" : $"'{forbidden}'")}, which Weights & Biases forbids", $"leave out {string.Join(' ', ForbiddenInNames.ToCharArray())}");
        }

        if (value.Length > LongestName)
        {
            throw Wrong(option, value[..20] + "...", FormattableString.Invariant($"has {value.Length} {Plural.Of(value.Length, "character")}"), $"use at most {LongestName}");
        }
    }

    private static UserErrorException Wrong(string option, string value, string why, string cure) =>
        new(ExitCode.Usage, $"{option} '{string.Concat(value.Where(c => !char.IsControl(c)))}' {why}; {cure}.");

    [GeneratedRegex(@"^[\w-][\w.-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}
