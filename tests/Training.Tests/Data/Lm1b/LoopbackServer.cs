using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Compression.Training.Tests.Data.Lm1b;

/// <summary>A server of files on loopback that knows ranges; it can break off in the middle of an answer.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> _files;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public LoopbackServer(Dictionary<string, byte[]> files)
    {
        _files = files;
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Requests so far: the path, and the first byte that was asked for.</summary>
    public List<(string Path, int From)> Requests { get; } = [];

    /// <summary>Bytes of an answer after which the connection ends; 0: none.</summary>
    public int BreakAfter { get; set; }

    public Uri At(string file) => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{file}");

    public void Dispose()
    {
        _end.Cancel();
        _serving.Wait();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await AnswerAsync(client.GetStream());
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // A client may go at any time.
    private async Task AnswerAsync(NetworkStream stream)
    {
        try
        {
            await ReplyAsync(stream);
        }
        catch (IOException)
        {
        }
    }

    private async Task ReplyAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync(_end.Token) is not { } request)
        {
            return;
        }

        string path = request.Split(' ')[1].TrimStart('/');
        int from = 0;
        while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } header)
        {
            if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
            {
                from = int.Parse(header[13..].TrimEnd('-'), CultureInfo.InvariantCulture);
            }
        }

        Requests.Add((path, from));
        if (!_files.TryGetValue(path, out byte[]? file) || from >= file.Length)
        {
            string status = file is null ? "404 Not Found" : "416 Range Not Satisfiable";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), _end.Token);
            return;
        }

        string range = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Length - 1}/{file.Length}" : "200 OK";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {range}\r\nContent-Length: {file.Length - from}\r\nConnection: close\r\n\r\n"), _end.Token);
        await stream.WriteAsync(file.AsMemory(from, BreakAfter > 0 ? Math.Min(BreakAfter, file.Length - from) : file.Length - from), _end.Token);
    }
}
