using System.Net;

namespace Compression.Tracking.Wandb.Api;

/// <summary>A call failed for good.</summary>
/// <param name="message">One line, without the key.</param>
/// <param name="status">The server's answer; null where there was none that could be understood.</param>
/// <param name="retryable">Whether another attempt, later, may succeed.</param>
/// <param name="cause">The failure below.</param>
internal sealed class WandbException(string message, HttpStatusCode? status, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The server's answer; null where there was none that could be understood.</summary>
    public HttpStatusCode? Status => status;

    /// <summary>Whether another attempt, later, may succeed.</summary>
    public bool IsRetryable => retryable;

    /// <summary>How long the server asks to wait before it.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
