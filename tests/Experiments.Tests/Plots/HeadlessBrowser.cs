using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Compression.Experiments.Tests.Plots;

/// <summary>A page in headless Chromium, over the DevTools protocol.</summary>
internal sealed class HeadlessBrowser : IDisposable
{
    public const string Program = "chromium-headless-shell";

    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("compression-browser-");
    private readonly List<JsonNode> _events = [];
    private int _calls;

    public HeadlessBrowser()
    {
        _process = Process.Start(new ProcessStartInfo(
            Program,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", $"--user-data-dir={_profile.FullName}", "--window-size=1280,1000",
                "--host-resolver-rules=MAP * ~NOTFOUND", "about:blank",
            ])
        { RedirectStandardError = true })!;

        // It says where it listens, and opens the blank page.
        string line;
        do
        {
            line = _process.StandardError.ReadLine() ?? throw new InvalidOperationException("The browser ended.");
        }
        while (!line.StartsWith("DevTools listening on ", StringComparison.Ordinal));

        // What it says further must not fill the pipe.
        _ = _process.StandardError.ReadToEndAsync();
        var listens = new Uri(line["DevTools listening on ".Length..]);
        using var client = new HttpClient();
        string? address = null;
        Patience.Until(_process, () => (address = Page(client, listens.Port)) is not null, "The browser opens no page.");
        _socket.ConnectAsync(new Uri(address!), Timeout()).Wait();
        foreach (string domain in new[] { "Runtime", "Page", "Log", "Network" })
        {
            Call($"{domain}.enable", []);
        }
    }

    /// <summary>What the page has written to the console, errors of its script, and requests that it sent beyond the file itself.</summary>
    public IEnumerable<string> Complaints => _events
        .Where(one => (string)one["method"]! is "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Log.entryAdded"
            || ((string)one["method"]! == "Network.requestWillBeSent" && !((string)one["params"]!["request"]!["url"]!).StartsWith("file:", StringComparison.Ordinal)
                && !((string)one["params"]!["request"]!["url"]!).StartsWith("data:", StringComparison.Ordinal)))
        .Select(one => one.ToJsonString());

    public void Open(string file)
    {
        Call("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri });
        while (!_events.Exists(one => (string)one["method"]! == "Page.loadEventFired"))
        {
            Receive();
        }
    }

    /// <summary>The value of an expression in the page.</summary>
    public JsonNode? Evaluate(string expression)
    {
        var reply = Call("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true });
        return reply["exceptionDetails"] is { } error ? throw new InvalidOperationException(error.ToJsonString()) : reply["result"]!["value"];
    }

    /// <summary>The whole page as a PNG.</summary>
    public byte[] Screenshot()
    {
        var reply = Call("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        return Convert.FromBase64String((string)reply["data"]!);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _profile.Delete(recursive: true);
    }

    private static string? Page(HttpClient client, int port)
    {
        var pages = JsonNode.Parse(client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/json/list")).Result)!.AsArray();
        return (string?)pages.FirstOrDefault(page => (string)page!["type"]! == "page")?["webSocketDebuggerUrl"];
    }

    private static CancellationToken Timeout() => new CancellationTokenSource(Patience.Limit).Token;

    private JsonNode Call(string method, JsonObject parameters)
    {
        int call = ++_calls;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["id"] = call, ["method"] = method, ["params"] = parameters });
        _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, Timeout()).Wait();
        while (true)
        {
            if (Receive() is { } reply && (int)reply["id"]! == call)
            {
                return reply["result"] ?? throw new InvalidOperationException(reply.ToJsonString());
            }
        }
    }

    // A reply, or null after an event, which is kept.
    private JsonNode? Receive()
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = _socket.ReceiveAsync(buffer, Timeout()).Result;
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        var message = JsonNode.Parse(text.ToArray())!;
        if (message["id"] is not null)
        {
            return message;
        }

        _events.Add(message);
        return null;
    }
}
