using System.Text.Json.Serialization;

namespace Compression.Tracking.Wandb.Api;

/// <summary>A GraphQL request.</summary>
internal sealed record GraphRequest<TVariables>(string Query, TVariables Variables);

/// <summary>A GraphQL answer; with errors it is a failure, whatever its status.</summary>
internal sealed record GraphReply<TData>(TData? Data, IReadOnlyList<GraphError?>? Errors)
    where TData : class;

/// <summary>An error in a GraphQL answer.</summary>
internal sealed record GraphError(string? Message);

/// <summary>What a run is, for the server.</summary>
internal sealed record UpsertVariables
{
    /// <summary>The run's id.</summary>
    public required string Name { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>User or team; null for the key's own.</summary>
    public string? Entity { get; init; }

    /// <summary>Group of runs.</summary>
    public string? GroupName { get; init; }

    /// <summary>Name that people see.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Free text.</summary>
    public string? Notes { get; init; }

    /// <summary>Commit of the sources.</summary>
    public string? Commit { get; init; }

    /// <summary>A JSON text: {name: {"value": ...}}.</summary>
    public required string Config { get; init; }

    /// <summary>The machine.</summary>
    public string? Host { get; init; }

    /// <summary>The program.</summary>
    public string? Program { get; init; }

    /// <summary>Kind of job.</summary>
    public string? JobType { get; init; }

    /// <summary><c>running</c>.</summary>
    public string? State { get; init; }

    /// <summary>The sweep that the run is a trial of.</summary>
    public string? Sweep { get; init; }

    /// <summary>Labels.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>Variables that name a run.</summary>
internal sealed record RunVariables(string? Entity, string Project, string Name);

/// <summary>Variables of a request for upload addresses.</summary>
internal sealed record FileVariables(string Entity, string Project, string Run, IReadOnlyList<string> Files);

/// <summary>Data of an upsert.</summary>
internal sealed record UpsertData(RegisteredRun? UpsertBucket);

/// <summary>A run as the server keeps it.</summary>
internal sealed record RegisteredRun(Bucket? Bucket, bool? Inserted);

/// <summary>The server's record of a run.</summary>
internal sealed record Bucket(string? Id, string? Name, string? DisplayName, ProjectName? Project, long? HistoryLineCount);

/// <summary>The project that the run went to.</summary>
internal sealed record ProjectName(string? Name, EntityName? Entity);

/// <summary>The user or team that it went to.</summary>
internal sealed record EntityName(string? Name);

/// <summary>Data of a question for a run.</summary>
internal sealed record ResumeData(ResumeModel? Model);

/// <summary>A project, with the run if there is one.</summary>
internal sealed record ResumeModel(KnownRun? Bucket);

/// <summary>Lines that the server holds; the tail is a JSON text of the last lines.</summary>
internal sealed record KnownRun(long? HistoryLineCount, long? EventsLineCount, long? LogLineCount, string? HistoryTail);

/// <summary>Data of a request for upload addresses.</summary>
internal sealed record FilesData(UploadTargets? CreateRunFiles);

/// <summary>Addresses, and headers as "Key:Value".</summary>
internal sealed record UploadTargets(
    [property: JsonPropertyName("runID")] string? RunId, IReadOnlyList<string?>? UploadHeaders, IReadOnlyList<UploadTarget?>? Files);

/// <summary>Address of a file.</summary>
internal sealed record UploadTarget(string? Name, string? UploadUrl);

/// <summary>Lines of files, names of files that were uploaded, and the end; all null: a sign of life.</summary>
internal sealed record StreamRequest
{
    /// <summary>Lines by file.</summary>
    public IReadOnlyDictionary<string, StreamChunk>? Files { get; init; }

    /// <summary>Files that were uploaded.</summary>
    public IReadOnlyList<string>? Uploaded { get; init; }

    /// <summary>True at the end.</summary>
    public bool? Complete { get; init; }

    /// <summary>How the run ended.</summary>
    public int? Exitcode { get; init; }
}

/// <summary>Lines of a file from a line on.</summary>
internal sealed record StreamChunk(long Offset, IReadOnlyList<string> Content);

/// <summary>The answer to lines.</summary>
/// <param name="Stopped">The user has pressed Stop.</param>
internal sealed record StreamReply(bool? Stopped);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphRequest<UpsertVariables>))]
[JsonSerializable(typeof(GraphRequest<RunVariables>))]
[JsonSerializable(typeof(GraphRequest<FileVariables>))]
[JsonSerializable(typeof(GraphReply<UpsertData>))]
[JsonSerializable(typeof(GraphReply<ResumeData>))]
[JsonSerializable(typeof(GraphReply<FilesData>))]
[JsonSerializable(typeof(StreamRequest))]
[JsonSerializable(typeof(StreamReply))]
internal sealed partial class WandbJsonContext : JsonSerializerContext;
