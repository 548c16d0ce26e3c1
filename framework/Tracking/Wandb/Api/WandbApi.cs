using System.Net;
using System.Net.Http.Headers;
using Polly;
using Refit;

namespace Compression.Tracking.Wandb.Api;

/// <summary>
/// The server's calls that a run needs. Each tries again by itself what is worth it; what is not, or not any more, is a
/// <see cref="WandbException"/>. An answer that cannot be understood is tried again too, so that retries stand around whole calls.
/// </summary>
internal sealed class WandbApi : IDisposable
{
    private static readonly HashSet<string> s_ofTransport = new(StringComparer.OrdinalIgnoreCase) { "Content-Length", "Transfer-Encoding", "Connection", "Host", "Expect", "Upgrade", "Trailer" };

    private readonly HttpClient _client;
    private readonly Uri _server;
    private readonly WandbFaults _faults;
    private readonly IWandbApi _api;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="server">Base address; the key goes there and nowhere else.</param>
    /// <param name="key">The user's.</param>
    /// <param name="retry">When to try again.</param>
    /// <param name="attemptTimeout">Longest time of one attempt.</param>
    public WandbApi(Uri server, WandbKey key, WandbRetry retry, TimeSpan attemptTimeout)
    {
        (_server, _faults) = (server, new WandbFaults(server, key));
        // No redirects: the key must not follow one, and a POST would become a GET.
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        _client = new HttpClient(new WholeAnswers(sockets)) { BaseAddress = server, Timeout = attemptTimeout };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("compression-tracking", "1"));

        var settings = RefitSettings.ForJsonContext(WandbJsonContext.Default);
        settings.UrlResolution = UrlResolutionMode.Rfc3986;
        settings.RequestBodySerialization = RequestBodySerializationMode.Buffered;
        // Refit also fills in an Authorization without a token that a server asks an upload to have.
        settings.AuthorizationHeaderValueGetter = (request, _) => ValueTask.FromResult(request.Method == HttpMethod.Post ? key.Header.Parameter! : "");
        _faults.Describe(settings);
        _api = RestService.ForGenerated<IWandbApi>(_client, settings);
        _pipeline = retry.Pipeline((attempt, reason) => Retrying?.Invoke(attempt, reason));
    }

    /// <summary>Told, before each new attempt, how many have failed and why the last did.</summary>
    public Action<int, string>? Retrying { get; set; }

    /// <summary>Makes a run, or finds it by its name.</summary>
    public async Task<RegisteredRun> UpsertBucketAsync(UpsertVariables run, CancellationToken cancel) =>
        (await GraphAsync(
            token => _api.UpsertBucketAsync(new(GraphQueries.UpsertBucket, run), token),
            data => data.UpsertBucket is { Bucket: not null }, isUpsert: true, cancel).ConfigureAwait(false)).UpsertBucket!;

    /// <summary>What the server holds of a run; null where it knows none.</summary>
    public async Task<KnownRun?> ResumeStatusAsync(RunAddress run, CancellationToken cancel) =>
        (await GraphAsync(
            token => _api.ResumeStatusAsync(
                new(GraphQueries.RunResumeStatus, new RunVariables(run.Entity.Length > 0 ? run.Entity : null, run.Project, run.Run)), token),
            _ => true, isUpsert: false, cancel).ConfigureAwait(false)).Model?.Bucket;

    /// <summary>Where files can be uploaded to.</summary>
    public async Task<UploadTargets> CreateRunFilesAsync(RunAddress run, IReadOnlyList<string> names, CancellationToken cancel) =>
        (await GraphAsync(
            token => _api.CreateRunFilesAsync(new(GraphQueries.CreateRunFiles, new FileVariables(run.Entity, run.Project, run.Run, names)), token),
            data => data.CreateRunFiles is { Files: not null }, isUpsert: false, cancel).ConfigureAwait(false)).CreateRunFiles!;

    /// <summary>Adds lines to a run's files; the same lines again change nothing.</summary>
    public Task<StreamReply> StreamAsync(RunAddress run, StreamRequest request, CancellationToken cancel) => _pipeline.ExecuteAsync(
        async token => await _api.StreamAsync(run, request, token).ConfigureAwait(false) ?? new StreamReply(null), cancel).AsTask();

    /// <summary>Uploads a file; the key does not go with it.</summary>
    /// <param name="target">The server's address for it: HTTP or HTTPS, whole or relative to the server's own.</param>
    /// <param name="headers">"Key:Value" each; what is none is left out.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task UploadAsync(string? target, IReadOnlyList<string?> headers, string path, CancellationToken cancel)
    {
        if (!Uri.TryCreate(_server, target, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new WandbException($"{_server.Authority} names no HTTP address for it", HttpStatusCode.OK, retryable: false);
        }

        var sent = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string header in headers.OfType<string>().Where(MayBeSent))
        {
            string[] parts = header.Split(':', 2);
            sent[parts[0]] = parts[1].Trim();
        }

        await _pipeline.ExecuteAsync(
            async token =>
            {
                using var file = new StreamContent(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                await _api.UploadAsync(address, sent, file, token).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
    }

    public void Dispose() => _client.Dispose();

    // What is no header, or would contradict the transport's own, is left out: a request that cannot be made would be tried again without end.
    private static bool MayBeSent(string header) =>
        header.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && !s_ofTransport.Contains(header[..colon].Trim())
        && header.All(character => character is >= ' ' and <= '~');

    private async Task<TData> GraphAsync<TData>(
        Func<CancellationToken, Task<GraphReply<TData>?>> call, Func<TData, bool> isWhole, bool isUpsert, CancellationToken cancel)
        where TData : class
        => await _pipeline.ExecuteAsync(
            async token =>
            {
                try
                {
                    var reply = await call(token).ConfigureAwait(false);
                    return reply is { Errors: { Count: > 0 } errors } ? throw _faults.Refused(errors[0]?.Message)
                        : reply is { Data: { } data } && isWhole(data) ? data
                        : throw _faults.Malformed();
                }
                catch (WandbException failure) when (isUpsert && failure is { IsRetryable: false, Status: HttpStatusCode.Conflict })
                {
                    throw new WandbException(failure.Message, failure.Status, WandbRetry.IsTransient(HttpStatusCode.Conflict, isUpsert), failure)
                    {
                        RetryAfter = failure.RetryAfter,
                    };
                }
            },
            cancel).ConfigureAwait(false);
}
