using System.Net;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb;

/// <summary>A failed call as one line for the user.</summary>
internal static class WandbFailure
{
    /// <summary>The user's error.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="alternative">What else can be done.</param>
    public static UserErrorException Explain(WandbException failure, string alternative) => failure switch
    {
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } => new(
            ExitCode.Environment, $"Weights & Biases: {failure.Message}; set WANDB_API_KEY to a key of this server, {alternative}.", failure),
        { Status: null, IsRetryable: false } => new(ExitCode.Usage, $"{failure.Message}.", failure),
        { IsRetryable: false } => new(ExitCode.Failure, $"Weights & Biases: {failure.Message}; check project and entity, {alternative}.", failure),
        _ => new(ExitCode.Communication, $"Weights & Biases: {failure.Message}; try later, {alternative}.", failure),
    };
}
