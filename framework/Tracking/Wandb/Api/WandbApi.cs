using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;

namespace Compression.Tracking.Wandb.Api;

/// <summary>The server over HTTP.</summary>
internal sealed class WandbApi : IWandbApi, IDisposable
{
    private const int LongestExcerpt = 200;
    private const long LongestReply = 16 << 20;
    private static readonly MediaTypeHeaderValue s_json = new("application/json") { CharSet = "utf-8" };

    private static readonly HashSet<string> s_ofTransport = new(StringComparer.OrdinalIgnoreCase) { "Content-Length", "Transfer-Encoding", "Connection", "Host", "Expect", "Upgrade", "Trailer" };

    private readonly HttpClient _client;
    private readonly Uri _server;
    private readonly WandbKey _key;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="server">Base address; the key goes there and nowhere else.</param>
    /// <param name="key">The user's.</param>
    /// <param name="retry">When to try again.</param>
    /// <param name="attemptTimeout">Longest time of one attempt.</param>
    public WandbApi(Uri server, WandbKey key, WandbRetry retry, TimeSpan attemptTimeout)
    {
        (_server, _key) = (server, key);
        // No redirects: the key must not follow one, and a POST would become a GET.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        _client = new HttpClient(handler) { Timeout = attemptTimeout, MaxResponseContentBufferSize = LongestReply };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("compression-tracking", "1"));
        _pipeline = retry.Pipeline((attempt, reason) => Retrying?.Invoke(attempt, reason));
    }

    /// <inheritdoc/>
    public Action<int, string>? Retrying { get; set; }

    /// <inheritdoc/>
    public async Task<RegisteredRun> UpsertBucketAsync(UpsertVariables run, CancellationToken cancel) =>
        (await GraphAsync(
            GraphQueries.UpsertBucket, run, WandbJsonContext.Default.GraphRequestUpsertVariables, WandbJsonContext.Default.GraphReplyUpsertData,
            data => data.UpsertBucket is { Bucket: not null }, isUpsert: true, cancel).ConfigureAwait(false)).UpsertBucket!;

    /// <inheritdoc/>
    public async Task<KnownRun?> ResumeStatusAsync(RunAddress run, CancellationToken cancel) =>
        (await GraphAsync(
            GraphQueries.RunResumeStatus, new RunVariables(run.Entity.Length > 0 ? run.Entity : null, run.Project, run.Run),
            WandbJsonContext.Default.GraphRequestRunVariables, WandbJsonContext.Default.GraphReplyResumeData,
            _ => true, isUpsert: false, cancel).ConfigureAwait(false)).Model?.Bucket;

    /// <inheritdoc/>
    public async Task<UploadTargets> CreateRunFilesAsync(RunAddress run, IReadOnlyList<string> names, CancellationToken cancel) =>
        (await GraphAsync(
            GraphQueries.CreateRunFiles, new FileVariables(run.Entity, run.Project, run.Run, names),
            WandbJsonContext.Default.GraphRequestFileVariables, WandbJsonContext.Default.GraphReplyFilesData,
            data => data.CreateRunFiles is { Files: not null }, isUpsert: false, cancel).ConfigureAwait(false)).CreateRunFiles!;

    /// <inheritdoc/>
    public Task<StreamReply> StreamAsync(RunAddress run, StreamRequest request, CancellationToken cancel)
    {
        var address = new Uri(
            _server, $"files/{Uri.EscapeDataString(run.Entity)}/{Uri.EscapeDataString(run.Project)}/{Uri.EscapeDataString(run.Run)}/file_stream");
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, WandbJsonContext.Default.StreamRequest);
        return _pipeline.ExecuteAsync(
            async token =>
            {
                byte[] reply = await SendAsync(() => Post(address, body), isUpsert: false, token).ConfigureAwait(false);
                return reply.Length == 0 ? new StreamReply(null) : Parse(reply, WandbJsonContext.Default.StreamReply);
            },
            cancel).AsTask();
    }

    /// <inheritdoc/>
    public async Task UploadAsync(string? target, IReadOnlyList<string?> headers, string path, CancellationToken cancel)
    {
        if (!Uri.TryCreate(_server, target, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new WandbException($"{_server.Authority} names no HTTP address for it", HttpStatusCode.OK, retryable: false);
        }

        await _pipeline.ExecuteAsync(
            async token => await SendAsync(() => Put(address, headers, path), isUpsert: false, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Put(Uri target, IReadOnlyList<string?> headers, string path)
    {
        var content = new StreamContent(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var request = new HttpRequestMessage(HttpMethod.Put, target) { Content = content };
        foreach (string header in headers.OfType<string>().Where(MayBeSent))
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            if (!request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim()))
            {
                content.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
            }
        }

        return request;
    }

    // What is no header, or would contradict the transport's own, is left out: a request that cannot be made would be tried again without end.
    private static bool MayBeSent(string header) =>
        header.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
        && !s_ofTransport.Contains(header[..colon].Trim())
        && header.All(character => character is >= ' ' and <= '~');

    private async Task<TData> GraphAsync<TVariables, TData>(
        string query, TVariables variables, JsonTypeInfo<GraphRequest<TVariables>> requestType, JsonTypeInfo<GraphReply<TData>> replyType,
        Func<TData, bool> isWhole, bool isUpsert, CancellationToken cancel)
        where TData : class
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new GraphRequest<TVariables>(query, variables), requestType);
        return await _pipeline.ExecuteAsync(
            async token =>
            {
                var reply = Parse(
                    await SendAsync(() => Post(new Uri(_server, "graphql"), body), isUpsert, token).ConfigureAwait(false), replyType);
                if (reply.Errors is { Count: > 0 } errors)
                {
                    throw new WandbException($"the server refuses: {Clean(errors[0]?.Message ?? "no reason given")}", HttpStatusCode.OK, retryable: false);
                }

                return reply.Data is { } data && isWhole(data) ? data : throw Malformed(null);
            },
            cancel).ConfigureAwait(false);
    }

    private HttpRequestMessage Post(Uri address, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = s_json;
        request.Headers.Authorization = _key.Header;
        return request;
    }

    private async Task<byte[]> SendAsync(Func<HttpRequestMessage> make, bool isUpsert, CancellationToken cancel)
    {
        try
        {
            using var request = make();
            using var response = await _client.SendAsync(request, cancel).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? body : throw Refused(response, body, isUpsert);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException late)
        {
            throw new WandbException($"{_server.Authority} does not answer", null, retryable: true, late);
        }
        catch (HttpRequestException failure)
        {
            throw new WandbException(Clean(failure.InnerException?.Message ?? failure.Message), null, retryable: true, failure);
        }
    }

    private WandbException Refused(HttpResponseMessage response, byte[] body, bool isUpsert)
    {
        string reason = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "the server does not accept the key",
            HttpStatusCode.Forbidden => "the key may not write there",
            HttpStatusCode.TooManyRequests => "the server asks for fewer requests",
            _ => Clean(Encoding.UTF8.GetString(body)),
        };
        var after = response.Headers.RetryAfter;
        return new WandbException(
            $"{(int)response.StatusCode}{(reason.Length > 0 ? $": {reason}" : "")}", response.StatusCode,
            WandbRetry.IsTransient(response.StatusCode, isUpsert))
        {
            RetryAfter = after?.Delta ?? (after?.Date is { } date && response.Headers.Date is { } now ? date - now : null),
        };
    }

    private T Parse<T>(byte[] reply, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(reply, type) ?? throw Malformed(null);
        }
        catch (JsonException cause)
        {
            throw Malformed(cause);
        }
    }

    // A proxy's page, or half an answer: the call may have been heard or not, and is made again.
    private WandbException Malformed(Exception? cause) =>
        new($"{_server.Authority} gives an answer that is none of Weights & Biases", null, retryable: true, cause);

    // The key goes first: half of it, cut off, would not be found.
    private string Clean(string text) =>
        WriteFailure.OneLine(new string([.. _key.Redact(text).Take(LongestExcerpt).Select(c => char.IsControl(c) ? ' ' : c)]));
}
