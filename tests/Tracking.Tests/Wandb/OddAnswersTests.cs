using System.Text;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>Nothing that a server says can fail a run, lose a row, or end in anything but a line for the user.</summary>
public sealed class OddAnswersTests
{
    private const int Rows = 3;

    /// <summary>What tells the requests of each kind, and a number that there are at least of variants of its answer.</summary>
    public static TheoryData<string, int> Kinds => new()
    {
        { "upsertBucket(", 200 }, { "missingOk: true", 150 }, { "createRunFiles(", 120 }, { "wandb-history", 40 }, { "\"complete\"", 40 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_is_odd_about_an_answer_the_run_ends_well_and_its_rows_are_kept(string kind, int least)
    {
        string good = GoodAnswer(kind);
        var variants = JsonVariants.Of(good).ToList();
        Assert.True(variants.Count >= least, $"{variants.Count} variants of {good}");
        foreach (var (what, answer) in variants)
        {
            Check(kind, what, answer);
        }
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:text/plain,x")]
    [InlineData("http://")]
    [InlineData("http://[")]
    [InlineData("http://a b/")]
    [InlineData("//")]
    [InlineData("javascript:x")]
    public void An_address_that_is_not_of_the_web_is_not_gone_to(string address)
    {
        using var bench = New();
        bench.Server.Rewrite = (request, answer) => Is(request, "createRunFiles(")
            ? System.Text.RegularExpressions.Regex.Replace(answer, "\"uploadUrl\":\"[^\"]*\"", $"\"uploadUrl\":\"{address}\"")
            : answer;
        Train(bench);
        Assert.Empty(bench.Server.Run.Stored);
        Assert.Contains(bench.Warned.Concat(bench.Told), line => line.Contains("was not uploaded", StringComparison.Ordinal));
        Assert.Equal(Rows, bench.Server.Run.History.Count);
    }

    [Theory]
    [InlineData("Content-Length:3")]
    [InlineData("Transfer-Encoding:chunked")]
    [InlineData("Host:elsewhere")]
    [InlineData("Expect:100-continue")]
    [InlineData("X-Name:\u00e9")]
    [InlineData("X-Name:\\r\\nX-Other: y")]
    [InlineData("no header")]
    [InlineData(":")]
    public void A_header_that_cannot_be_sent_is_left_out(string header)
    {
        using var bench = New();
        bench.Server.Rewrite = (_, answer) => answer.Replace("\"uploadHeaders\":[", $"\"uploadHeaders\":[\"{header}\",", StringComparison.Ordinal);
        Train(bench);
        Assert.Equal(["log.txt"], bench.Server.Run.Stored.Keys);
        Assert.Empty(bench.Warned);
        Assert.Empty(bench.Server.Complaints);
    }

    [Fact]
    public void The_key_goes_to_no_other_host()
    {
        using var other = new WandbServer();
        using var bench = New();
        bench.Server.Rewrite = (_, answer) => answer.Replace(bench.Server.Address.AbsoluteUri + "storage", other.Address.AbsoluteUri + "storage", StringComparison.Ordinal);
        Train(bench);
        Assert.NotEmpty(other.Requests);
        Assert.All(other.Requests, request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData("Authorization:Basic")]
    [InlineData("authorization: basic ")]
    [InlineData("Proxy-Authorization:Basic")]
    public void The_key_is_in_no_header_that_the_server_asks_an_upload_to_have(string header)
    {
        using var other = new WandbServer();
        using var bench = New();
        bench.Server.Rewrite = (_, answer) => answer
            .Replace(bench.Server.Address.AbsoluteUri + "storage", other.Address.AbsoluteUri + "storage", StringComparison.Ordinal)
            .Replace("\"uploadHeaders\":[", $"\"uploadHeaders\":[\"{header}\",", StringComparison.Ordinal);
        Train(bench);
        Assert.NotEmpty(other.Requests);
        string secret = Convert.ToBase64String(Encoding.UTF8.GetBytes($"api:{WandbServer.Key}"));
        Assert.All(other.Requests, request => Assert.DoesNotContain(request.Headers.Values, value => value.Contains(secret, StringComparison.Ordinal) || value.Contains(WandbServer.Key, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(503)]
    public void An_answer_in_an_unknown_character_set_is_asked_for_again(int status)
    {
        using var bench = New();
        bench.Server.MisbehaveOn("graphql", 1, new Fault(false, new HttpReply(status, "{}", ("Content-Type", "text/html; charset=none-such"))));
        Train(bench);
        Assert.Equal(Rows, bench.Server.Run.History.Count);
        Assert.Empty(bench.Warned);
    }

    [Fact]
    public void An_upload_has_no_headers_but_those_that_were_asked_for()
    {
        using var other = new WandbServer();
        using var bench = New();
        bench.Server.Rewrite = (_, answer) => System.Text.RegularExpressions.Regex.Replace(answer, "\"uploadHeaders\":\\[[^]]*\\]", "\"uploadHeaders\":[]")
            .Replace(bench.Server.Address.AbsoluteUri + "storage", other.Address.AbsoluteUri + "storage", StringComparison.Ordinal);
        Train(bench);
        Assert.Equal(["content-length", "host", "user-agent"], other.Requests.First().Headers.Keys.Order());
    }

    private static string GoodAnswer(string kind)
    {
        using var bench = New();
        string? good = null;
        bench.Server.Rewrite = (request, answer) =>
        {
            good = Is(request, kind) ? answer : good;
            return answer;
        };
        Begin(bench);
        Train(bench);
        return good!;
    }

    private static void Check(string kind, string what, string answer)
    {
        using var bench = New();
        Begin(bench);
        bench.Server.Rewrite = (request, right) => Is(request, kind) ? answer : right;
        try
        {
            Train(bench);
            SyncEndsInALine(bench);
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{kind}: {what}: {failure}");
        }

        string[] lines = [.. bench.Warned, .. bench.Told];
        Assert.All(lines, line => Assert.DoesNotContain('\n', line));
        Assert.All(lines, line => Assert.DoesNotContain("Exception", line, StringComparison.Ordinal));
        Assert.True(bench.Warned.Count <= 4, $"{kind}: {what}: {string.Join(" | ", lines)}");

        // All is still there for a server that has heard nothing.
        bench.Server.Rewrite = (_, right) => right;
        bench.Server.Runs.Clear();
        File.Delete(bench.Log + ".upload.json");
        bench.Sync();
        Assert.Equal([100, 200, 300], bench.Server.Run.Rows.Select(row => row.GetProperty("step").GetInt32()));
        Assert.Equal(0, bench.Server.Run.ExitCode);
    }

    // The run is one that the server knows, so that it is asked for what it has.
    private static void Begin(Bench bench)
    {
        using (var logger = bench.Open())
        {
            logger.LogMetrics(Samples.Metrics(50));
            logger.Finish(Samples.Summary());
        }

        Directory.Delete(bench.Folder.At("run"), recursive: true);
        bench.Options = bench.Options with { Resume = WandbResume.Allow };
        bench.Warned.Clear();
        bench.Told.Clear();
    }

    private static void Train(Bench bench)
    {
        using var logger = bench.Open();
        for (int step = 1; step <= Rows; step++)
        {
            logger.LogMetrics(Samples.Metrics(100 * step));
        }

        logger.Finish(Samples.Summary());
    }

    private static void SyncEndsInALine(Bench bench)
    {
        try
        {
            bench.Sync();
        }
        catch (UserErrorException failure)
        {
            Assert.DoesNotContain('\n', failure.Message);
        }
    }

    private static Bench New() => new() { Attempts = 2 };

    private static bool Is(HttpRequest request, string kind) => Encoding.UTF8.GetString(request.Body).Contains(kind, StringComparison.Ordinal);
}
