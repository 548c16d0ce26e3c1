using System.Net;
using System.Text;
using Compression.Tracking.Files;
using Refit;

namespace Compression.Tracking.Wandb.Api;

/// <summary>Says of each way in which a call can fail what the user is told of it, and whether to try again.</summary>
internal sealed class WandbFaults(Uri server, WandbKey key)
{
    private const int LongestExcerpt = 200;

    /// <summary>Makes a client's calls end in these.</summary>
    public void Describe(RefitSettings settings)
    {
        settings.TransportExceptionFactory = (_, cause, cancel) => Of(cause, cancel);
        settings.ExceptionFactory = async response => response.IsSuccessStatusCode
            ? null
            : Refused(response, Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false)));
        settings.DeserializationExceptionFactory = (_, cause) => ValueTask.FromResult<Exception?>(Malformed(cause));
    }

    /// <summary>A proxy's page, or half an answer: the call may have been heard or not, and is made again.</summary>
    public WandbException Malformed(Exception? cause = null) =>
        new($"{server.Authority} gives an answer that is none of Weights & Biases", null, retryable: true, cause);

    /// <summary>The server has understood, and says no.</summary>
    public WandbException Refused(string? reason) =>
        new($"the server refuses: {Clean(reason ?? "no reason given")}", HttpStatusCode.OK, retryable: false);

    private Exception Of(Exception cause, CancellationToken cancel) => cause switch
    {
        OperationCanceledException when cancel.IsCancellationRequested => cause,
        OperationCanceledException => new WandbException($"{server.Authority} does not answer", null, retryable: true, cause),
        HttpRequestException => new WandbException(Clean(cause.InnerException?.Message ?? cause.Message), null, retryable: true, cause),
        _ => cause,
    };

    private WandbException Refused(HttpResponseMessage response, string body)
    {
        string reason = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => "the server does not accept the key",
            HttpStatusCode.Forbidden => "the key may not write there",
            HttpStatusCode.TooManyRequests => "the server asks for fewer requests",
            _ => Clean(body),
        };
        var after = response.Headers.RetryAfter;
        return new WandbException(
            $"{(int)response.StatusCode}{(reason.Length > 0 ? $": {reason}" : "")}", response.StatusCode,
            WandbRetry.IsTransient(response.StatusCode, isUpsert: false))
        {
            RetryAfter = after?.Delta ?? (after?.Date is { } date && response.Headers.Date is { } now ? date - now : null),
        };
    }

    // The key goes first: half of it, cut off, would not be found.
    private string Clean(string text) =>
        WriteFailure.OneLine(new string([.. key.Redact(text).Take(LongestExcerpt).Select(c => char.IsControl(c) ? ' ' : c)]));
}
