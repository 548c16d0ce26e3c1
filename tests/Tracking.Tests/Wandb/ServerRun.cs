using System.Text.Json;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>A run as the server keeps it: files of lines, addressed by line numbers.</summary>
internal sealed class ServerRun
{
    public List<string> History { get; } = [];

    public List<string> Events { get; } = [];

    public List<string> Output { get; } = [];

    public List<string> Summary { get; } = [];

    public Dictionary<string, byte[]> Stored { get; } = [];

    public List<string> Uploaded { get; } = [];

    public JsonElement Variables { get; set; }

    public int Upserts { get; set; }

    public int Heartbeats { get; private set; }

    public int? ExitCode { get; private set; }

    /// <summary>Lines that came more than once, each time the same.</summary>
    public int Repeated { get; private set; }

    public IReadOnlyList<JsonElement> Rows => [.. History.Select(line => JsonDocument.Parse(line).RootElement)];

    public JsonElement LastSummary => JsonDocument.Parse(Summary[0]).RootElement;

    public JsonElement Config => JsonDocument.Parse(Variables.GetProperty("config").GetString()!).RootElement;

    public void Take(JsonElement request)
    {
        string[] known = ["files", "uploaded", "complete", "exitcode"];
        Assert.Empty(request.EnumerateObject().Select(property => property.Name).Except(known));
        if (!request.EnumerateObject().Any())
        {
            Heartbeats++;
            return;
        }

        if (request.TryGetProperty("files", out var files))
        {
            foreach (var file in files.EnumerateObject())
            {
                Put(file.Name, file.Value.GetProperty("offset").GetInt32(), [.. file.Value.GetProperty("content").EnumerateArray().Select(line => line.GetString()!)]);
            }
        }

        if (request.TryGetProperty("uploaded", out var names))
        {
            Uploaded.AddRange(names.EnumerateArray().Select(name => name.GetString()!));
            Assert.All(Uploaded, name => Assert.Contains(name, Stored.Keys));
        }

        if (request.TryGetProperty("complete", out var complete))
        {
            Assert.True(complete.GetBoolean());
            ExitCode = request.GetProperty("exitcode").GetInt32();
        }
    }

    private void Put(string name, int offset, string[] content)
    {
        Assert.NotEmpty(content);
        if (name == "wandb-summary.json")
        {
            Assert.Equal(0, offset);
            Summary.Clear();
            Summary.Add(Assert.Single(content));
            JsonDocument.Parse(content[0]);
            return;
        }

        var lines = name switch
        {
            "wandb-history.jsonl" => History,
            "wandb-events.jsonl" => Events,
            "output.log" => Output,
            _ => throw new InvalidOperationException($"a file {name}"),
        };
        Assert.InRange(offset, 0, lines.Count);
        for (int i = 0; i < content.Length; i++)
        {
            if (offset + i < lines.Count)
            {
                Assert.Equal(lines[offset + i], content[i]);
                Repeated++;
            }
            else
            {
                lines.Add(content[i]);
            }
        }
    }
}
