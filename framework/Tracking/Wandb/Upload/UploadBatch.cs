using System.Text;
using Compression.Tracking.Wandb.Api;

namespace Compression.Tracking.Wandb.Upload;

/// <summary>Lines that are to go in the next request, and the places that they go to.</summary>
internal sealed class UploadBatch
{
    private readonly List<string> _history = [];
    private readonly List<string> _events = [];
    private readonly List<string> _output = [];
    private string? _summary;

    /// <summary>Bytes of the lines.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => _history.Count + _events.Count + _output.Count == 0 && _summary is null;

    /// <summary>Adds a row.</summary>
    public void AddHistory(string line) => Add(_history, line);

    /// <summary>Adds a row of system metrics.</summary>
    public void AddEvent(string line) => Add(_events, line);

    /// <summary>Adds a line of output.</summary>
    public void AddOutput(string line) => Add(_output, line);

    /// <summary>Sets the summary, of which the last alone counts.</summary>
    public void SetSummary(string json) => _summary = json;

    /// <summary>The request.</summary>
    public StreamRequest Request(UploadState state)
    {
        var files = new Dictionary<string, StreamChunk>();
        AddChunk(files, "wandb-history.jsonl", state.HistoryBase + state.History, _history);
        AddChunk(files, "wandb-events.jsonl", state.EventsBase + state.Events, _events);
        AddChunk(files, "output.log", state.OutputBase + state.Output, _output);
        if (_summary is not null)
        {
            files["wandb-summary.json"] = new StreamChunk(0, [_summary]);
        }

        return new StreamRequest { Files = files.Count > 0 ? files : null };
    }

    /// <summary>The state after the server has confirmed the request; the batch is empty then.</summary>
    public UploadState Confirm(UploadState state)
    {
        state = state with
        {
            History = state.History + _history.Count,
            Events = state.Events + _events.Count,
            Output = state.Output + _output.Count,
        };
        _history.Clear();
        _events.Clear();
        _output.Clear();
        (_summary, Bytes) = (null, 0);
        return state;
    }

    private static void AddChunk(Dictionary<string, StreamChunk> files, string name, long offset, List<string> lines)
    {
        if (lines.Count > 0)
        {
            files[name] = new StreamChunk(offset, [.. lines]);
        }
    }

    private void Add(List<string> lines, string line)
    {
        lines.Add(line);
        Bytes += Encoding.UTF8.GetByteCount(line);
    }
}
