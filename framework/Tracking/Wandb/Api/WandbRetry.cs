using System.Net;
using Polly;
using Polly.Retry;

namespace Compression.Tracking.Wandb.Api;

/// <summary>When a call is tried again, and how long after.</summary>
internal sealed record WandbRetry
{
    private static readonly HttpStatusCode[] s_final =
    [
        HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Conflict,
        HttpStatusCode.Gone, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotImplemented,
    ];

    /// <summary>Attempts after the first.</summary>
    public int Attempts { get; init; } = int.MaxValue;

    /// <summary>The first wait.</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait of our own choice.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest wait that a server may ask for; a mistaken one must not end the reporting.</summary>
    public TimeSpan LongestAskedFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Clock of the waits.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Uniform in [0, 1).</summary>
    public required Func<double> Random { get; init; }

    /// <summary>Whether an answer is worth another attempt. Two processes that make a run together may conflict, once.</summary>
    public static bool IsTransient(HttpStatusCode status, bool isUpsert) =>
        (int)status >= 400 && (!s_final.Contains(status) || (isUpsert && status == HttpStatusCode.Conflict));

    /// <summary>The wait before attempt <paramref name="attempt"/> + 1, counted from 0: min(longest, shortest · 2^attempt · (1 + random / 4)).</summary>
    public TimeSpan Delay(int attempt, TimeSpan? asked) => asked is { } wait
        ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestAskedFor.Ticks))
        : TimeSpan.FromSeconds(Math.Min(
            Longest.TotalSeconds, Shortest.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30)) * (1 + (Random() / 4))));

    /// <summary>The pipeline that calls go through.</summary>
    public ResiliencePipeline Pipeline(Action<int, string> retrying) => new ResiliencePipelineBuilder { TimeProvider = Time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Math.Max(1, Attempts),
            ShouldHandle = arguments => ValueTask.FromResult(Attempts > 0 && arguments.Outcome.Exception is WandbException { IsRetryable: true }),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                Delay(arguments.AttemptNumber, (arguments.Outcome.Exception as WandbException)?.RetryAfter)),
            OnRetry = arguments =>
            {
                retrying(arguments.AttemptNumber + 1, arguments.Outcome.Exception!.Message);
                return ValueTask.CompletedTask;
            },
        })
        .Build();
}
