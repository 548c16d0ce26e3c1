using System.Text.Json;
using System.Threading.Channels;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Log;

namespace Compression.Tracking.Wandb.Upload;

/// <summary>
/// Brings a run's log to the server: from its beginning, in order, each line to the place that its number gives it, until the end is
/// confirmed. Runs on a thread of the pool, and holds at most one request in memory.
/// </summary>
internal sealed class RunUploader : IDisposable
{
    private readonly string _path;
    private readonly WandbApi _api;
    private readonly TimeProvider _time;
    private readonly UploadPace _pace;
    private readonly Action<string> _warn;
    private readonly BlockReader _reader;
    private readonly RunLines _lines;
    private readonly UploadBatch _batch = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Record? _held;
    private UploadState _state;
    private RunAddress? _address;
    private long _sentAt;
    private bool _hasTold;
    private long _lastNumber;
    private long _lostRecords;

    /// <param name="path">The log.</param>
    /// <param name="api">The server.</param>
    /// <param name="time">Clock of the pace.</param>
    /// <param name="pace">How often.</param>
    /// <param name="warn">Takes a line for the user; called on the sender's thread.</param>
    /// <exception cref="InvalidDataException">It is no log.</exception>
    public RunUploader(string path, WandbApi api, TimeProvider time, UploadPace pace, Action<string> warn)
    {
        (_path, _api, _time, _pace, _warn) = (path, api, time, pace, warn);
        _lines = new RunLines(pace, warn);
        _reader = new BlockReader(path);
        _state = UploadState.Read(path);
        api.Retrying = OnRetry;
    }

    /// <summary>Called when the user has pressed Stop on the run's page.</summary>
    public Action? Stopped { get; set; }

    /// <summary>Called with the run's page when the server has made it.</summary>
    public Action<RunAddress>? Registered { get; set; }

    /// <summary>Lines of history that the server has confirmed.</summary>
    public long ConfirmedRows => _state.History;

    /// <summary>Rows in the log, as far as it was read.</summary>
    public long Rows => _lines.Rows;

    /// <summary>Tells the sender that the log has grown; never waits.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Follows a log that is being written, until its end is confirmed.</summary>
    /// <param name="length">Bytes of the log that are whole.</param>
    /// <param name="cancel">Gives up; what was confirmed stays so.</param>
    /// <exception cref="WandbException">The server will not have it.</exception>
    public async Task FollowAsync(Func<long> length, CancellationToken cancel)
    {
        while (true)
        {
            Fill(length());
            if (_lines.Start is not null)
            {
                await RegisterAsync(cancel).ConfigureAwait(false);
                Fill(length());
                if (_lines.Exit is { } exit)
                {
                    await EndAsync(exit, length, cancel).ConfigureAwait(false);
                    return;
                }

                if (_batch.Bytes >= _pace.RequestBytes || (!_batch.IsEmpty && Left(_pace.Interval) <= TimeSpan.Zero))
                {
                    await SendAsync(new StreamRequest(), cancel).ConfigureAwait(false);
                    continue;
                }

                if (Left(_pace.Heartbeat) <= TimeSpan.Zero)
                {
                    await SendAsync(new StreamRequest(), cancel).ConfigureAwait(false);
                }
            }

            await WaitAsync(Left(_batch.IsEmpty ? _pace.Heartbeat : _pace.Interval), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Uploads what is left of a log that nobody writes to any more; one without an end ends as failed.</summary>
    /// <returns>What was there to do.</returns>
    /// <exception cref="WandbException">The server will not have it.</exception>
    public async Task<UploadResult> SyncAsync(CancellationToken cancel)
    {
        long length = new FileInfo(_path).Length;
        long before = _state.History;
        if (_state.IsComplete)
        {
            return new UploadResult(0, before, IsTorn: false, null);
        }

        RequireSameLog(length);
        Fill(length);
        if (_lines.Start is null)
        {
            throw _reader.DamagedAt is { } at
                ? new InvalidDataException($"it is damaged at byte {at}, and the run's description is lost")
                : new WandbException("the log holds no run", null, retryable: false);
        }

        await RegisterAsync(cancel).ConfigureAwait(false);
        Fill(length);
        await EndAsync(_lines.Exit ?? new ExitRecord { ExitCode = 1 }, () => length, cancel).ConfigureAwait(false);
        return new UploadResult(_state.History - before, _state.History, _reader.IsTorn, Damage());
    }

    /// <summary>Makes the run known to the server, which decides where its lines go.</summary>
    /// <param name="length">Bytes of the log that are whole; its description is among them.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="WandbException">The server will not have it, or has what it should not have.</exception>
    public Task RegisterAsync(long length, CancellationToken cancel)
    {
        Fill(length);
        return RegisterAsync(cancel);
    }

    public void Dispose() => _reader.Dispose();

    private async Task RegisterAsync(CancellationToken cancel)
    {
        if (_address is not null)
        {
            return;
        }

        var run = _lines.Start!;
        if (!_state.IsRegistered && _state.Resume != WandbResume.No)
        {
            await AskForEarlierLinesAsync(new RunAddress(run.Entity, run.Project, run.RunId), cancel).ConfigureAwait(false);
        }

        var registered = await _api.UpsertBucketAsync(_lines.Variables(), cancel).ConfigureAwait(false);
        var bucket = registered.Bucket!;
        _address = new RunAddress(
            Named(bucket.Project?.Entity?.Name, run.Entity), Named(bucket.Project?.Name, run.Project), Named(bucket.Name, run.RunId));
        Keep(_state with { IsRegistered = true, IsComplete = false });
        Registered?.Invoke(_address);
    }

    private void Fill(long length)
    {
        while (_batch.Bytes < _pace.RequestBytes && _lines.Exit is null)
        {
            var record = _held;
            if (record is null)
            {
                if (!_reader.TryRead(length, out var bytes))
                {
                    return;
                }

                record = Record.Read(bytes);
                Count(record.Num);
            }

            // Which number the first row gets is known only when the server has been asked.
            _held = _address is null && record.History is not null ? record : null;
            if (_held is not null)
            {
                return;
            }

            _lines.Take(record, _reader.DamagedAt is not null, _state, _batch);
        }
    }

    // Lines have numbers on the server, so that rows which were missing then cannot come between them.
    private void RequireSameLog(long length)
    {
        if (_state.LostRows == 0)
        {
            return;
        }

        using var reader = new BlockReader(_path);
        while (reader.TryRead(length, out _))
        {
        }

        if (reader.DamagedAt is null)
        {
            throw new InvalidDataException(
                $"it was uploaded while {_state.LostRows} of its rows were damaged, and they cannot come between the others; delete the run on the server and {UploadState.PathOf(_path)}, and sync again");
        }
    }

    // Records are numbered without gaps.
    private void Count(long number)
    {
        if (_reader.DamagedAt is not null && number > _lastNumber + 1)
        {
            _lostRecords += number - _lastNumber - 1;
        }

        _lastNumber = number;
    }

    private LogDamage? Damage() => _reader.DamagedAt is { } at ? new LogDamage(at, Math.Max(1, _lostRecords), _lines.LostRows) : null;

    private async Task AskForEarlierLinesAsync(RunAddress run, CancellationToken cancel)
    {
        var known = await _api.ResumeStatusAsync(run, cancel).ConfigureAwait(false);
        if (known is null && _state.Resume == WandbResume.Must)
        {
            throw new WandbException($"--wandb_resume must: there is no run {run.Run} in {run.Project}; check --wandb_run_id", null, retryable: false);
        }

        if (known is not null && _state.Resume == WandbResume.Never)
        {
            throw new WandbException($"--wandb_resume never: run {run.Run} exists in {run.Project}; choose another --wandb_run_id", null, retryable: false);
        }

        Keep(_state with
        {
            HistoryBase = Plausible(known?.HistoryLineCount),
            EventsBase = Plausible(known?.EventsLineCount),
            OutputBase = Plausible(known?.LogLineCount),
            FirstStep = Plausible(FirstStepAfter(known)),
        });
    }

    private static long Plausible(long? count) => Math.Clamp(count ?? 0, 0, 1L << 53);

    private static string Named(string? answered, string asked) => string.IsNullOrWhiteSpace(answered) ? asked : answered;

    // The tail is a JSON text of a list, whose members are JSON texts of rows.
    private static long FirstStepAfter(KnownRun? known)
    {
        if (known is null or { HistoryLineCount: null or 0 })
        {
            return 0;
        }

        try
        {
            using var tail = JsonDocument.Parse(known.HistoryTail ?? "[]");
            if (tail.RootElement.EnumerateArray().LastOrDefault() is { ValueKind: not JsonValueKind.Undefined } last)
            {
                using var row = JsonDocument.Parse(last.ValueKind == JsonValueKind.String ? last.GetString()! : last.GetRawText());
                return row.RootElement.GetProperty(HistoryLine.Step).GetInt64() + 1;
            }
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
        }

        return known.HistoryLineCount.Value;
    }

    private async Task EndAsync(ExitRecord exit, Func<long> length, CancellationToken cancel)
    {
        while (!_batch.IsEmpty)
        {
            await SendAsync(new StreamRequest(), cancel).ConfigureAwait(false);
            Fill(length());
        }

        var (uploaded, isWhole) = await new FileUploads(_api, _address!, Path.Combine(Path.GetDirectoryName(_path)!, "files"), _warn)
            .SendAsync(_lines.Files, cancel).ConfigureAwait(false);
        await SendAsync(
            new StreamRequest { Uploaded = uploaded.Count > 0 ? uploaded : null, Complete = true, Exitcode = exit.ExitCode }, cancel).ConfigureAwait(false);
        Keep(_state with { IsComplete = isWhole && _reader.DamagedAt is null, LostRows = _lines.LostRows });
    }

    private async Task SendAsync(StreamRequest rest, CancellationToken cancel)
    {
        var request = rest with { Files = _batch.Request(_state).Files };
        _sentAt = _time.GetTimestamp();
        _hasTold = true;
        var reply = await _api.StreamAsync(_address!, request, cancel).ConfigureAwait(false);
        if (!_batch.IsEmpty)
        {
            Keep(_batch.Confirm(_state));
        }

        if (reply.Stopped == true)
        {
            Stopped?.Invoke();
        }
    }

    private void Keep(UploadState state)
    {
        _state = state;
        try
        {
            state.Write(_path);
        }
        catch (UserErrorException full)
        {
            _warn(full.Message);
        }
    }

    private TimeSpan Left(TimeSpan interval) => _hasTold ? interval - _time.GetElapsedTime(_sentAt) : TimeSpan.Zero;

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(longest > TimeSpan.Zero ? longest : TimeSpan.FromMilliseconds(1), _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await _wake.Reader.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
        }
    }

    // One failed attempt is no news.
    private void OnRetry(int attempt, string reason)
    {
        if (attempt == 2)
        {
            _warn($"Weights & Biases: {reason}; trying again, the rows wait in {_path}");
        }
    }
}
