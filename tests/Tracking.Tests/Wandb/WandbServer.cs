using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>
/// A server on loopback that keeps runs as Weights &amp; Biases does, checks every request, and misbehaves on demand. What it finds wrong
/// in a request is in <see cref="Complaints"/>.
/// </summary>
internal sealed class WandbServer : IDisposable
{
    public const string Key = "0123456789abcdef0123456789abcdef01234567";
    public const string Team = "the-team";


    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly int _port;
    private readonly Task _accepting;

    public WandbServer(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public Uri Address => new($"http://127.0.0.1:{_port}/");

    public ConcurrentQueue<string> Complaints { get; } = new();

    public ConcurrentQueue<HttpRequest> Requests { get; } = new();

    /// <summary>Asked before each request is handled; null: behave.</summary>
    public Func<HttpRequest, Fault?> Misbehave { get; set; } = _ => null;

    /// <summary>Changes the answer to a request that was heard.</summary>
    public Func<HttpRequest, string, string> Rewrite { get; set; } = (_, answer) => answer;

    /// <summary>A key that the server accepts.</summary>
    public string AcceptedKey { get; set; } = Key;

    /// <summary>The user has pressed Stop.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Runs by project and id.</summary>
    public ConcurrentDictionary<string, ServerRun> Runs { get; } = new();

    public ServerRun Run => Assert.Single(Runs).Value;

    /// <summary>An address where nobody listens.</summary>
    public static Uri Nobody()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
    }

    /// <summary>A fault for a request of a kind, counted from 1; the others pass.</summary>
    public void MisbehaveOn(string pathPart, int number, Fault fault)
    {
        int seen = 0;
        Misbehave = request => request.Path.Contains(pathPart, StringComparison.Ordinal) && Interlocked.Increment(ref seen) == number ? fault : null;
    }

    /// <summary>Waits until something is so; it is looked at after every request.</summary>
    public async Task Until(Func<bool> isSo)
    {
        while (true)
        {
            var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _waiting.Add(next);
            }

            if (isSo())
            {
                return;
            }

            await next.Task.WaitAsync(Patience.Limit);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _accepting.Wait();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            while (await HttpRequest.ReadAsync(stream, _end.Token) is { } request)
            {
                Requests.Enqueue(request);
                var fault = Misbehave(request);
                var reply = fault is null or { IsHeard: true } ? Guarded(request) : new HttpReply(0);
                Notify();
                if (fault is { Stalls: true })
                {
                    await stream.ReadExactlyAsync(new byte[1], _end.Token);
                }

                if (fault is { Reply: null })
                {
                    return;
                }

                byte[] bytes = (fault?.Reply ?? reply).Bytes;
                await stream.WriteAsync(fault is { Cuts: true } ? bytes.AsMemory(0, bytes.Length - 4) : bytes, _end.Token);
                if (fault is { Cuts: true })
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    private HttpReply Guarded(HttpRequest request)
    {
        try
        {
            lock (_gate)
            {
                var reply = Handle(request);
                return reply.Status == 200 ? reply with { Body = Rewrite(request, reply.Body) } : reply;
            }
        }
        catch (Exception exception)
        {
            Complaints.Enqueue($"{request.Method} {request.Path}: {exception}");
            return new HttpReply(400, exception.Message);
        }
    }

    private void Notify()
    {
        lock (_gate)
        {
            _waiting.ForEach(waiting => waiting.TrySetResult());
            _waiting.Clear();
        }
    }

    private HttpReply Handle(HttpRequest request)
    {
        Assert.False(request.Headers.ContainsKey("content-encoding"));
        if (request.Path.StartsWith("/storage/", StringComparison.Ordinal))
        {
            Assert.Equal("PUT", request.Method);
            Assert.Null(request.Authorization);
            Assert.Equal("blue", request.Headers["x-colour"]);
            Assert.Equal("text/x-run", request.Headers["content-type"]);
            string[] parts = request.Path["/storage/".Length..].Split('/', 2);
            Runs[Uri.UnescapeDataString(parts[0])].Stored[Uri.UnescapeDataString(parts[1].Split('?')[0])] = request.Body;
            return new HttpReply(200);
        }

        Assert.Equal("POST", request.Method);
        Assert.StartsWith("application/json", request.Headers["content-type"], StringComparison.Ordinal);
        if (request.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"api:{AcceptedKey}")))
        {
            return new HttpReply(401, "{\"error\":\"who are you?\"}");
        }

        if (request.Path == "/graphql")
        {
            return Graph(request.Json.GetProperty("query").GetString()!, request.Json.GetProperty("variables"));
        }

        string[] path = request.Path.Split('/');
        Assert.Equal(["", "files", Team, "file_stream"], [path[0], path[1], path[2], path[5]]);
        var run = Runs[$"{path[3]}:{path[4]}"];
        run.Take(request.Json);
        return new HttpReply(200, IsStopped ? "{\"stopped\":true,\"limits\":{}}" : "{\"exitcode\":null,\"limits\":{}}");
    }

    private HttpReply Graph(string query, JsonElement variables)
    {
        string Text(string name) => variables.GetProperty(name).GetString()!;
        if (query.Contains("upsertBucket(", StringComparison.Ordinal))
        {
            string id = $"{Text("project")}:{Text("name")}";
            bool isNew = !Runs.ContainsKey(id);
            var run = Runs.GetOrAdd(id, _ => new ServerRun());
            run.Variables = variables;
            run.Upserts++;
            return Data($$"""
                {"upsertBucket":{"bucket":{"id":"UnVu","name":"{{Text("name")}}","displayName":"d","config":"{}","sweepName":null,
                "project":{"name":"{{Text("project")}}","entity":{"name":"{{Team}}"} },"historyLineCount":{{run.History.Count}} },"inserted":{{(isNew ? "true" : "false")}} } }
                """);
        }

        if (query.Contains("missingOk: true", StringComparison.Ordinal))
        {
            if (!Runs.TryGetValue($"{Text("project")}:{Text("name")}", out var run))
            {
                return Data("""{"model":{"bucket":null} }""");
            }

            string tail = JsonSerializer.Serialize(JsonSerializer.Serialize(run.History.TakeLast(1)));
            return Data($$"""
                {"model":{"bucket":{"historyLineCount":{{run.History.Count}},"eventsLineCount":{{run.Events.Count}},"logLineCount":{{run.Output.Count}},
                "historyTail":{{tail}},"eventsTail":"[]","summaryMetrics":"{}","config":"{}","tags":[]} } }
                """);
        }

        Assert.Contains("createRunFiles(", query, StringComparison.Ordinal);
        Assert.Equal(Team, Text("entity"));
        string key = $"{Text("project")}:{Text("run")}";
        Assert.True(Runs.ContainsKey(key));
        var files = variables.GetProperty("files").EnumerateArray().Select(file => file.GetString()!).Select(name =>
            $$"""{"name":"{{name}}","uploadUrl":"{{Address}}storage/{{Uri.EscapeDataString(key)}}/{{Uri.EscapeDataString(name)}}?signature=s"}""");
        return Data($$"""
            {"createRunFiles":{"runID":"UnVu","uploadHeaders":["X-Colour:blue","Content-Type:text/x-run"],"files":[{{string.Join(',', files)}}]} }
            """);
    }

    private static HttpReply Data(string json) => new(200, $"{{\"data\":{json}}}");
}
