namespace Compression.Tracking.Tests.Wandb;

/// <summary>How the server misbehaves on one request.</summary>
/// <param name="IsHeard">The request takes effect nevertheless.</param>
/// <param name="Reply">The answer; null for none, and the end of the connection.</param>
/// <param name="Stalls">No answer and no end, until the client goes.</param>
/// <param name="Cuts">The connection ends in the middle of the answer.</param>
internal sealed record Fault(bool IsHeard, HttpReply? Reply, bool Stalls = false, bool Cuts = false)
{
    public static Fault Status(int status, params (string, string)[] headers) => new(false, new HttpReply(status, "{\"error\":\"busy\"}", headers));

    public static IReadOnlyDictionary<string, Fault> All { get; } = new Dictionary<string, Fault>
    {
        ["500"] = Status(500),
        ["502 with a page"] = new(false, new HttpReply(502, "<html>Bad gateway</html>")),
        ["503 after it was heard"] = new(true, new HttpReply(503)),
        ["408"] = Status(408),
        ["429 with Retry-After"] = Status(429, ("Retry-After", "7")),
        ["429 with a date"] = Status(429, ("Date", "Wed, 04 Mar 2026 05:06:07 GMT"), ("Retry-After", "Wed, 04 Mar 2026 05:06:17 GMT")),
        ["dropped before"] = new(false, null),
        ["dropped after"] = new(true, null),
        ["stalled before"] = new(false, null, Stalls: true),
        ["stalled after"] = new(true, null, Stalls: true),
        ["cut answer"] = new(true, new HttpReply(200, "{\"limits\":{}}"), Cuts: true),
        ["200, a page, not heard"] = new(false, new HttpReply(200, "<html>Sign in to the network</html>")),
        ["200, half of JSON, heard"] = new(true, new HttpReply(200, "{\"exitcode\":nu")),
        ["200, a list, not heard"] = new(false, new HttpReply(200, "[]")),
    };
}
