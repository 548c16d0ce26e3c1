using System.Collections.Concurrent;
using Compression.Tracking.Files;
using Compression.Tracking.Provenance;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>A run, a server, and the clocks between them.</summary>
internal sealed class Bench : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public ManualTime Time { get; } = new();

    public SkippingTime Backoff { get; } = new();

    public WandbServer Server { get; } = new();

    public ConcurrentQueue<string> Told { get; } = new();

    public ConcurrentQueue<string> Warned { get; } = new();

    public int Stops { get; private set; }

    /// <summary>How long the end of a run waits, on the clock of the test.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Attempts after the first.</summary>
    public int Attempts { get; set; } = int.MaxValue;

    public TimeSpan AttemptTimeout { get; set; } = Compression.Tests.Patience.Limit;

    public string Key { get; set; } = WandbServer.Key;

    public WandbOptions Options { get; set; } = new()
    {
        Mode = WandbMode.Online,
        Project = "gradient-compression",
        RunId = "abcd1234",
        DisplayName = "first try",
        Entity = "somebody",
        Group = "ratios",
        JobType = "train",
        Notes = "with \"quotes\"",
        Tags = "ptb, topk",
        SweepId = "sw1",
    };

    public string Log => Assert.Single(Directory.GetFiles(Folder.FullPath, "*.wandb", SearchOption.AllDirectories));

    public WandbKey WandbKey => WandbKey.Find(name => name == "WANDB_API_KEY" ? Key : null, Server.Address);

    public WandbApi Api(Uri? server = null, int? attempts = null) => new(
        server ?? Server.Address, WandbKey, new WandbRetry { Attempts = attempts ?? Attempts, Time = Backoff, Random = () => 0.5 }, AttemptTimeout);

    public WandbRunLogger Open(UploadPace? pace = null, Uri? server = null, bool isResumed = false)
    {
        var directory = RunDirectory.Open(Folder.At("run"), "experiment", isResumed, Time);
        var options = Options with { BaseUrl = (server ?? Server.Address).AbsoluteUri };
        return new WandbRunLogger(
            new WandbRun
            {
                Options = options,
                Key = WandbKey,
                Directory = directory,
                Config = [new ConfigEntry("init_lr", 20.0, true), new ConfigEntry("compressor", "topk", true), new ConfigEntry("resume", null, false)],
                Commit = new string('c', 40),
                Host = "machine",
                IsResumed = isResumed,
                Time = Time,
                Inform = Told.Enqueue,
                Warn = Warned.Enqueue,
                Stop = () => Stops++,
            },
            options.Mode == WandbMode.Online ? new WandbSending(Api(server), pace ?? new UploadPace(), Patience) : null);
    }

    /// <summary>Ten rows of training and an evaluation, with as many requests as the pace allows, and the end.</summary>
    public async Task TrainAsync(WandbRunLogger logger, bool waits = true)
    {
        for (int step = 100; step <= 1000; step += 100)
        {
            logger.Progress(Samples.Progress(step));
            logger.LogMetrics(Samples.Metrics(step, 7 - (step / 1000.0)));
            if (waits)
            {
                await Arrival(step / 100);
            }
        }

        logger.LogEvaluation(Samples.Evaluation(1000));
        logger.Finish(Samples.Summary());
    }

    /// <summary>Moves the clock until so many rows are there: where the sender was under way, they go with the request after it.</summary>
    public async Task Arrival(int rows)
    {
        var arrived = Server.Until(() => Server.Runs.Values.Any(run => run.History.Count >= rows));
        while (!arrived.IsCompleted)
        {
            Time.Advance(20);
            await Task.WhenAny(arrived, Task.Delay(50));
        }

        await arrived;
    }

    public StringWriter Sync(WandbApi? api = null, string? folder = null)
    {
        var output = new StringWriter();
        using var used = api ?? Api();
        WandbSync.Upload(WandbSync.Find(folder ?? Folder.FullPath), used, Time, output, CancellationToken.None);
        return output;
    }

    /// <summary>The history is whole, in order, each row once; the server has nothing to complain of.</summary>
    public void RequireWholeHistory(int metrics = 10)
    {
        Assert.Empty(Server.Complaints);
        var rows = Server.Run.Rows;
        Assert.Equal(Enumerable.Range(0, metrics + 1), rows.Select(row => row.GetProperty("_step").GetInt32()));
        Assert.Equal(
            [.. Enumerable.Range(1, metrics).Select(i => 100 * i), 1000], rows.Select(row => row.GetProperty("step").GetInt32()));
        Assert.All(rows.SkipLast(1), row => Assert.True(row.TryGetProperty("train_loss", out _)));
        Assert.Equal(4.812, rows[^1].GetProperty("valid_loss").GetDouble());
        Assert.Equal(0, Server.Run.ExitCode);
    }

    public void Dispose()
    {
        Server.Dispose();
        Folder.Dispose();
    }
}
