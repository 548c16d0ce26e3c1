using System.Net;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Tests.Wandb;

public sealed class WandbRetryTests
{
    private static WandbRetry Retry(double random) => new() { Time = TimeProvider.System, Random = () => random };

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public void Waits_double_from_two_seconds_to_a_minute(double random)
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            double expected = Math.Min(60, 2 * Math.Pow(2, attempt) * (1 + (random / 4)));
            Assert.Equal(expected, Retry(random).Delay(attempt, null).TotalSeconds, 1e-6);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 7)]
    [InlineData(-5, 0)]
    [InlineData(1e9, 600)]
    public void A_wait_that_the_server_asks_for_goes_first_within_reason(double asked, double seconds) =>
        Assert.Equal(seconds, Retry(0).Delay(3, TimeSpan.FromSeconds(asked)).TotalSeconds);

    [Fact]
    public void What_is_final_is_final()
    {
        int[] final = [400, 401, 403, 404, 409, 410, 413, 422, 501];
        foreach (int status in Enumerable.Range(400, 200))
        {
            Assert.Equal(!final.Contains(status), WandbRetry.IsTransient((HttpStatusCode)status, isUpsert: false));
            Assert.Equal(!final.Contains(status) || status == 409, WandbRetry.IsTransient((HttpStatusCode)status, isUpsert: true));
        }

        Assert.False(WandbRetry.IsTransient(HttpStatusCode.Found, isUpsert: false));
    }
}
