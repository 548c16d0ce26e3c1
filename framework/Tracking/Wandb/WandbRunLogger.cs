using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text;
using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Display;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Log;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking.Wandb;

/// <summary>
/// Reports to Weights &amp; Biases. Every row goes into the run's <c>.wandb</c> file at once; online, a sender on another thread brings
/// the file's rows to the server, as slowly as the server likes. What it has not brought at the end is uploaded later by
/// <see cref="WandbSync"/>, or by the official tool.
/// </summary>
public sealed class WandbRunLogger : IRunLogger
{
    private const string StepName = "step";
    private static readonly TimeSpan s_systemInterval = TimeSpan.FromSeconds(15);

    private readonly ConcurrentQueue<(bool IsWarning, string Text)> _notices = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly SystemMetrics _system = new();
    private readonly WandbRun _run;
    private readonly WandbSending? _sending;
    private readonly RunLog _log;
    private readonly ITimer _systemTimer;
    private readonly RunUploader? _uploader;
    private readonly Task _upload = Task.CompletedTask;
    private double _seconds;
    private bool _hasEnded;
    private int _hasStopped;

    internal WandbRunLogger(WandbRun run, WandbSending? sending)
    {
        (_run, _sending) = (run, sending);
        _log = OpenLog(run);
        try
        {
            if (sending is not null)
            {
                _uploader = new RunUploader(_log.FullPath, sending.Api, run.Time, sending.Pace, text => _notices.Enqueue((true, text)))
                {
                    Registered = address => _notices.Enqueue((false, $"Weights & Biases: {PageOf(run.Options.Server, address)}")),
                    Stopped = Stop,
                };
                AskFirst(sending);
                _log.Appended = _uploader.Wake;
                _upload = Task.Run(FollowAsync);
            }

            _systemTimer = run.Time.CreateTimer(_ => SampleSystem(), null, TimeSpan.Zero, s_systemInterval);
        }
        catch
        {
            _uploader?.Dispose();
            _log.Dispose();
            throw;
        }
    }

    /// <summary>Opens the run's log, or goes on in that of the run that is resumed; online, starts the sender.</summary>
    /// <exception cref="UserErrorException">
    /// A file cannot be written; or the user asked for a run to exist, or not to, and it is the other way, or the server does not say.
    /// </exception>
    public static WandbRunLogger Open(WandbRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new WandbRunLogger(run, run.Options.Mode == WandbMode.Online ? WandbSending.To(run.Options.Server, run.Key!, run.Time) : null);
    }

    public void Progress(ProgressRecord progress) => PassNotices();

    public void LogMetrics(MetricsRecord metrics)
    {
        Row(TrackedFigures.Of(metrics), metrics.SecondsTotal);
        PassNotices();
    }

    public void LogEvaluation(EvaluationRecord evaluation)
    {
        Row(TrackedFigures.Of(evaluation), evaluation.SecondsTotal);
        Output(PlainLines.Evaluation(evaluation));
    }

    public void Message(string text) => Output(text);

    public void Warning(string text) => Output($"warning: {text}");

    public void Finish(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        _log.Append(new Record { Summary = new() { Update = { RunSummaryFigures.Of(summary) } } });
        _log.Append(new Record
        {
            Files = new()
            {
                Files = { SavedRunFiles.Copy(_run.Directory, _log.FullPath).Select(path => new FilesItem { Path = path, Policy = FilesItem.Types.PolicyType.End }) },
            },
        });
        string? problem = End(summary.Status == "completed" ? 0 : 1);
        PassNotices();
        if (problem is not null)
        {
            _run.Warn(problem);
        }
        else if (_uploader is null)
        {
            _run.Inform($"Weights & Biases: upload with ./run.sh wandb sync {Path.GetDirectoryName(_log.FullPath)}");
        }
    }

    /// <summary>Ends a run that did not come to <see cref="Finish"/> as failed; waits for the sender as that does.</summary>
    public void Dispose()
    {
        if (!_hasEnded)
        {
            End(1);
        }

        _uploader?.Dispose();
        _log.Dispose();
        _sending?.Api.Dispose();
        _giveUp.Dispose();
    }

    private static RunLog OpenLog(WandbRun run)
    {
        string? earlier = run.IsResumed ? RunPointer.Find(run.Directory) : null;
        var (id, path) = earlier is null ? RunPointer.New(run.Directory, run.Options, run.Time) : ("", earlier);
        var log = RunLog.Open(path);
        try
        {
            (UploadState.Read(path) with { IsComplete = false }).Write(path);
            if (log.Start is null)
            {
                new UploadState { Resume = run.Options.Resume }.Write(path);
                Describe(log, run, id.Length > 0 ? id : Path.GetFileNameWithoutExtension(path)["run-".Length..]);
            }

            RunPointer.Write(run.Directory, path);
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    private static void Describe(RunLog log, WandbRun run, string id)
    {
        var options = run.Options;
        log.Append(new Record { Header = new() { VersionInfo = new() { Producer = typeof(WandbRunLogger).Assembly.GetName().Version!.ToString(3) } } });
        log.Append(new Record
        {
            Run = new()
            {
                RunId = id,
                DisplayName = options.DisplayName.Length > 0 ? options.DisplayName : id,
                Project = options.Project,
                Entity = options.Entity,
                RunGroup = options.Group,
                JobType = options.JobType,
                Notes = options.Notes,
                Tags = { options.TagList },
                SweepId = options.SweepId,
                Host = run.Host,
                Git = run.Commit is { Length: > 0 } commit ? new() { Commit = commit } : null,
                StartTime = Instant.Of(run.Time.GetUtcNow()),
                Config = new() { Update = { run.Config.Select(option => Item.Of(option.Name, JsonOf(option))) } },
            },
        });
        // Charts draw over the training step; the rows' own numbers differ between runs with other log intervals.
        log.Append(new Record { Metric = new() { Name = StepName, Options = new() { Defined = true } } });
        foreach (string name in TrackedFigures.Names.Where(name => name != StepName))
        {
            log.Append(new Record { Metric = new() { Name = name, StepMetric = StepName, Options = new() { StepSync = true, Defined = true } } });
        }
    }

    private static string JsonOf(ConfigEntry option)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            ConfigFile.WriteValue(writer, option.Name, option.Value);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string PageOf(Uri server, RunAddress run)
    {
        string site = server.Host == "api.wandb.ai" ? "https://wandb.ai" : server.AbsoluteUri.TrimEnd('/');
        return $"{site}/{Uri.EscapeDataString(run.Entity)}/{Uri.EscapeDataString(run.Project)}/runs/{Uri.EscapeDataString(run.Run)}";
    }

    private async Task FollowAsync()
    {
        try
        {
            await _uploader!.FollowAsync(() => _log.Length, _giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _notices.Enqueue((true, $"Weights & Biases: {ReasonOf(failure)}; training goes on, the rows wait in {_log.FullPath}"));
            throw;
        }
    }

    // The user wants to be sure before training begins.
    private void AskFirst(WandbSending sending)
    {
        if (_run.Options.Resume is not (WandbResume.Must or WandbResume.Never))
        {
            return;
        }

        using var limit = new CancellationTokenSource(sending.Patience, _run.Time);
        try
        {
            _uploader!.RegisterAsync(_log.Length, limit.Token).GetAwaiter().GetResult();
        }
        catch (WandbException failure)
        {
            throw WandbFailure.Explain(failure, "or use --wandb offline");
        }
        catch (OperationCanceledException)
        {
            throw new UserErrorException(
                ExitCode.Communication, $"--wandb_resume {_run.Options.Resume.ToString().ToLowerInvariant()}: {_run.Options.Server.Authority} does not answer; try later, or leave --wandb_resume away.");
        }
    }

    private void Row(IEnumerable<KeyValuePair<string, object>> figures, double seconds)
    {
        _seconds = seconds;
        double now = (_run.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        Item[] items =
        [
            .. figures.Select(figure => Item.Of(figure.Key, HistoryLine.Json(figure.Value))),
            Item.Of(HistoryLine.Runtime, HistoryLine.Json(seconds)),
            Item.Of(HistoryLine.Timestamp, HistoryLine.Json(now)),
        ];
        if (_log.AppendRow(items, StepName) is { } row)
        {
            _log.Append(new Record { Summary = new() { Update = { row } } });
        }
    }

    private void Output(string text)
    {
        if (_hasEnded)
        {
            return;
        }

        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            _log.Append(new Record
            {
                Output = new()
                {
                    OutputType = OutputRecord.Types.OutputType.Stdout, Timestamp = Instant.Of(_run.Time.GetUtcNow()), Line = line + "\n",
                },
            });
        }
    }

    private void SampleSystem()
    {
        try
        {
            _log.Append(new Record { Stats = new() { Timestamp = Instant.Of(_run.Time.GetUtcNow()), Item = { _system.Sample() } } });
        }
        catch (Exception failure) when (failure is UserErrorException or IOException or UnauthorizedAccessException or InvalidOperationException or Win32Exception)
        {
            // Rows that cannot be written end the run; a sample is not worth it.
        }
    }

    private string? End(int code)
    {
        _hasEnded = true;
        // No sample may follow the end.
        _systemTimer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _log.Append(new Record { Exit = new() { ExitCode = code, Runtime = (long)_seconds } });
        if (_uploader is null)
        {
            return null;
        }

        string? reason = Wait();
        return reason is null ? null : FormattableString.Invariant(
            $"Weights & Biases: {reason}; {_uploader.ConfirmedRows} of {_log.Rows} {Plural.Of(_log.Rows, "row")} are there, upload the rest with ./run.sh wandb sync {Path.GetDirectoryName(_log.FullPath)}");
    }

    private string? Wait()
    {
        try
        {
            _upload.WaitAsync(_sending!.Patience, _run.Time).GetAwaiter().GetResult();
            return null;
        }
        catch (TimeoutException)
        {
            _giveUp.Cancel();
            ((IAsyncResult)_upload).AsyncWaitHandle.WaitOne();
            return _upload.IsCompletedSuccessfully ? null : $"{_run.Options.Server.Authority} does not keep up";
        }
        catch (Exception failure)
        {
            return ReasonOf(failure);
        }
    }

    // Reporting never ends a run, whatever happens to it.
    private static string ReasonOf(Exception failure) => failure is WandbException or InvalidDataException
        ? failure.Message
        : WriteFailure.OneLine($"{failure.GetType().Name}: {failure.Message}");

    private void Stop()
    {
        if (Interlocked.Exchange(ref _hasStopped, 1) == 0)
        {
            _notices.Enqueue((false, "Weights & Biases: stopped on the run's page"));
            _run.Stop();
        }
    }

    // The sender's own thread must not speak: the loggers may be waiting for it.
    private void PassNotices()
    {
        while (_notices.TryDequeue(out var notice))
        {
            (notice.IsWarning ? _run.Warn : _run.Inform)(notice.Text);
        }
    }
}
