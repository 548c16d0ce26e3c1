namespace Compression.Tracking.Wandb.Api;

/// <summary>Hands an answer on when all of it is there, so that one that is cut off, late or without end is a failure of the transport.</summary>
internal sealed class WholeAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const long LongestReply = 16 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestReply, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
