using Refit;

namespace Compression.Tracking.Wandb.Api;

/// <summary>
/// The server's endpoints; Refit makes the client. Those that declare an authorization get the user's key. An upload declares none: its
/// address is signed, and may be another host's.
/// </summary>
internal interface IWandbApi
{
    /// <summary>Makes a run, or finds it by its name.</summary>
    [Post("graphql")]
    [Headers(WandbKey.Authorization)]
    Task<GraphReply<UpsertData>?> UpsertBucketAsync([Body] GraphRequest<UpsertVariables> request, CancellationToken cancel);

    /// <summary>Asks for a run.</summary>
    [Post("graphql")]
    [Headers(WandbKey.Authorization)]
    Task<GraphReply<ResumeData>?> ResumeStatusAsync([Body] GraphRequest<RunVariables> request, CancellationToken cancel);

    /// <summary>Asks for upload addresses.</summary>
    [Post("graphql")]
    [Headers(WandbKey.Authorization)]
    Task<GraphReply<FilesData>?> CreateRunFilesAsync([Body] GraphRequest<FileVariables> request, CancellationToken cancel);

    /// <summary>Adds lines to a run's files; the same lines again change nothing. The answer may be empty.</summary>
    [Post("files/{run.Entity}/{run.Project}/{run.Run}/file_stream")]
    [Headers(WandbKey.Authorization)]
    Task<StreamReply?> StreamAsync(RunAddress run, [Body] StreamRequest request, CancellationToken cancel);

    /// <summary>Uploads a file; the answer says nothing.</summary>
    [Put("")]
    Task<string> UploadAsync([Url] Uri target, [HeaderCollection] IDictionary<string, string> headers, [Body] HttpContent file, CancellationToken cancel);
}

/// <summary>What names a run on the server.</summary>
internal sealed record RunAddress(string Entity, string Project, string Run);
