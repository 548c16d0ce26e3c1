using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>A request as it came over the wire.</summary>
internal sealed record HttpRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Authorization => Headers.GetValueOrDefault("authorization");

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Reads the next one of a connection; null at its end.</summary>
    public static async Task<HttpRequest?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, cancel) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] words = lines[0].Split(' ');
        var headers = lines[1..].Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1].Trim());
        byte[] body = headers.TryGetValue("content-length", out string? length) ? new byte[int.Parse(length, CultureInfo.InvariantCulture)] : [];
        await stream.ReadExactlyAsync(body, cancel);
        return new HttpRequest(words[0], words[1], headers, body);
    }
}

/// <summary>An answer.</summary>
internal sealed record HttpReply(int Status, string Body = "", params (string Name, string Value)[] Headers)
{
    public byte[] Bytes => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {Status} x\r\nContent-Length: {Encoding.UTF8.GetByteCount(Body)}\r\n"
        + string.Concat(Headers.Select(header => $"{header.Name}: {header.Value}\r\n")) + $"\r\n{Body}");
}
