using System.Text;
using System.Text.Json;
using Compression.Core.Reporting;
using Compression.Tracking.Wandb;
using Compression.Tracking.Wandb.Api;
using Compression.Tracking.Wandb.Log;
using Compression.Tracking.Wandb.Upload;

namespace Compression.Tracking.Tests.Wandb;

public sealed class OnlineRunTests : IDisposable
{
    private readonly Bench _bench = new();

    private ServerRun Run => _bench.Server.Run;

    public static TheoryData<string, string, int> Faults
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (string fault in Fault.All.Keys)
            {
                data.Add(fault, "graphql", 1);
                data.Add(fault, "file_stream", 2);
                data.Add(fault, "file_stream", 5);
            }

            return data;
        }
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_run_arrives_whole_and_in_order()
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.Empty(_bench.Warned);
        Assert.Equal(0, Run.Repeated);
        Assert.Equal(1, Run.Upserts);
        var row = Run.Rows[0];
        Assert.Equal((6.9, 28640000, 31.25), (row.GetProperty("train_loss").GetDouble(), row.GetProperty("wire_bytes_total").GetInt64(), row.GetProperty("_runtime").GetDouble()));
        Assert.Equal(1772600767.0, row.GetProperty("_timestamp").GetDouble());
        Assert.Equal(120.13, Run.LastSummary.GetProperty("valid_perplexity").GetDouble());
        Assert.Equal(6.9, Run.Rows[0].GetProperty("train_loss").GetDouble());
        Assert.Equal(10, Run.LastSummary.GetProperty("_step").GetInt32());
        Assert.Equal($"Weights & Biases: {_bench.Server.Address}the-team/gradient-compression/runs/abcd1234", _bench.Told.Single());
    }

    [Fact]
    public async Task The_server_is_told_everything_about_the_run()
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        var variables = Run.Variables;
        string Text(string name) => variables.GetProperty(name).GetString()!;
        Assert.Equal(
            ["abcd1234", "gradient-compression", "somebody", "ratios", "first try", "with \"quotes\"", new string('c', 40), "machine", "./run.sh", "train", "running", "sw1"],
            new[] { "name", "project", "entity", "groupName", "displayName", "notes", "commit", "host", "program", "jobType", "state", "sweep" }.Select(Text));
        Assert.Equal(["ptb", "topk"], variables.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(20, Run.Config.GetProperty("init_lr").GetProperty("value").GetInt32());
        Assert.Equal("topk", Run.Config.GetProperty("compressor").GetProperty("value").GetString());
        Assert.Equal(JsonValueKind.Null, Run.Config.GetProperty("resume").GetProperty("value").ValueKind);
        var internals = Run.Config.GetProperty("_wandb").GetProperty("value");
        Assert.NotEmpty(internals.GetProperty("t").EnumerateObject());
        var axes = internals.GetProperty("m").EnumerateArray().ToArray();
        Assert.Equal("step", axes[0].GetProperty("1").GetString());
        Assert.All(axes.Skip(1), axis => Assert.Equal(1, axis.GetProperty("5").GetInt32()));
    }

    [Fact]
    public async Task System_metrics_and_output_arrive_too()
    {
        using (var logger = _bench.Open())
        {
            logger.Message("PTB");
            await _bench.TrainAsync(logger);
        }

        Assert.True(Run.Events.Count >= 10);
        var sample = JsonDocument.Parse(Run.Events[1]).RootElement;
        Assert.True(sample.GetProperty("_wandb").GetBoolean());
        Assert.True(sample.GetProperty("system.proc.memory.rssMB").GetDouble() > 0);
        Assert.Equal(sample.GetProperty("_timestamp").GetDouble() - 1772600767, sample.GetProperty("_runtime").GetDouble());
        Assert.Equal("2026-03-04T05:06:07.000000 PTB\n", Run.Output[0]);
        Assert.Contains("valid ppl", Run.Output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_are_uploaded_and_then_announced()
    {
        using (var logger = _bench.Open())
        {
            File.WriteAllText(_bench.Folder.At("run/metrics.csv"), "step\n1\n");
            Directory.CreateDirectory(_bench.Folder.At("run/plots"));
            File.WriteAllText(_bench.Folder.At("run/plots/a b.svg"), "<svg/>");
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.Equal(["log.txt", "media/plots/a b.svg", "metrics.csv"], Run.Stored.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("step\n1\n", Encoding.UTF8.GetString(Run.Stored["metrics.csv"]));
        Assert.Equal(Run.Stored.Keys.Order(StringComparer.Ordinal), Run.Uploaded.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task After_any_fault_the_history_is_whole_and_in_order(string fault, string path, int number)
    {
        // Of a server that stalls, one attempt in real time is lost; no other attempt may be cut short on a busy machine.
        _bench.AttemptTimeout = Fault.All[fault].Stalls ? TimeSpan.FromMilliseconds(400) : _bench.AttemptTimeout;
        _bench.Server.MisbehaveOn(path, number, Fault.All[fault]);
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.NotEmpty(_bench.Backoff.Waits);
        Assert.Equal("nothing new", Outcome(_bench.Sync()));
        _bench.RequireWholeHistory();
    }

    [Fact]
    public async Task Faults_in_a_row_are_survived_and_told_once()
    {
        var faults = new Queue<Fault>(Fault.All.Values.Where(fault => !fault.Stalls).Concat(Fault.All.Values.Where(fault => !fault.Stalls)));
        _bench.Server.Misbehave = request => faults.Count > 0 && request.Path.Contains("file_stream", StringComparison.Ordinal) ? faults.Dequeue() : null;
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.Empty(faults);
        Assert.Contains("trying again", Assert.Single(_bench.Warned), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_that_the_server_asks_for_is_kept()
    {
        _bench.Server.MisbehaveOn("file_stream", 3, Fault.All["429 with Retry-After"]);
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        Assert.Equal([TimeSpan.FromSeconds(7)], _bench.Backoff.Waits);
    }

    [Fact]
    public async Task A_conflict_of_two_that_make_a_run_is_tried_again()
    {
        _bench.Server.MisbehaveOn("graphql", 1, Fault.Status(409));
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(501)]
    public async Task After_a_final_answer_training_goes_on_and_a_sync_brings_the_rest(int status)
    {
        _bench.Server.Misbehave = request => Encoding.UTF8.GetString(request.Body).Contains("wandb-history", StringComparison.Ordinal) ? Fault.Status(status) : null;
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        _bench.Server.Misbehave = _ => null;
        Assert.Empty(_bench.Backoff.Waits);
        Assert.Contains(_bench.Warned, warning => warning.Contains($"{status}", StringComparison.Ordinal));
        Assert.Contains($"wandb sync {Path.GetDirectoryName(_bench.Log)}", _bench.Warned.Last(), StringComparison.Ordinal);
        Assert.Null(Run.ExitCode);

        Assert.Equal("11 rows uploaded", Outcome(_bench.Sync()));
        _bench.RequireWholeHistory();
    }

    [Fact]
    public async Task A_refusal_in_an_answer_of_200_is_final()
    {
        _bench.Server.MisbehaveOn("graphql", 1, new Fault(false, new HttpReply(200, """{"data":null,"errors":[{"message":"no such\nentity"}]}""")));
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        Assert.Contains("no such entity", _bench.Warned.First(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', _bench.Warned.First());
        Assert.Equal("11 rows uploaded", Outcome(_bench.Sync()));
        _bench.RequireWholeHistory();
    }

    [Fact]
    public async Task With_the_server_down_all_run_long_a_sync_brings_every_row_and_a_second_one_none()
    {
        _bench.Patience = TimeSpan.Zero;
        using (var logger = _bench.Open(server: WandbServer.Nobody()))
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        Assert.Contains("0 of 11 rows", _bench.Warned.Last(), StringComparison.Ordinal);
        Assert.Empty(_bench.Server.Requests);

        Assert.Equal("11 rows uploaded", Outcome(_bench.Sync()));
        _bench.RequireWholeHistory();
        Assert.True(File.Exists(_bench.Log + ".synced"));
        int requests = _bench.Server.Requests.Count;
        Assert.Equal("nothing new", Outcome(_bench.Sync()));
        Assert.Equal(requests, _bench.Server.Requests.Count);
    }

    [Fact]
    public async Task A_run_killed_at_any_record_is_synced_as_failed_and_later_resumed()
    {
        _bench.Options = _bench.Options with { Mode = WandbMode.Offline };
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        byte[] whole = File.ReadAllBytes(_bench.Log);
        File.WriteAllBytes(_bench.Log, whole[..(whole.Length * 2 / 3)]);
        Assert.Contains("torn", _bench.Sync().ToString(), StringComparison.Ordinal);
        Assert.Equal(1, Run.ExitCode);
        int rows = Run.History.Count;
        Assert.InRange(rows, 1, 10);

        _bench.Options = _bench.Options with { Mode = WandbMode.Online };
        using (var logger = _bench.Open(isResumed: true))
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        _bench.RequireWholeHistory();
        Assert.Equal(0, Run.Repeated);
    }

    [Fact]
    public async Task Lines_confirmed_but_not_noted_go_again_and_change_nothing()
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        File.Delete(_bench.Log + ".upload.json");
        _bench.Sync();
        _bench.RequireWholeHistory();
        Assert.True(Run.Repeated >= 11);
    }

    [Fact]
    public async Task Silence_is_broken_by_signs_of_life()
    {
        using var logger = _bench.Open();
        await _bench.Server.Until(() => _bench.Server.Runs.Values.Any(run => run.Heartbeats + run.Events.Count >= 1));
        _bench.Time.Advance(1);
        int before = _bench.Server.Requests.Count;
        for (int i = 1; i <= 3; i++)
        {
            _bench.Time.Advance(31);
            await _bench.Server.Until(() => _bench.Server.Requests.Count >= before + i);
        }

        Assert.Empty(_bench.Server.Complaints);
    }

    [Fact]
    public async Task Rows_wait_for_the_next_request()
    {
        using var logger = _bench.Open();
        await _bench.Server.Until(() => _bench.Server.Runs.Values.Any(run => run.Events.Count >= 1));
        logger.LogMetrics(Samples.Metrics(1));
        logger.LogMetrics(Samples.Metrics(2));
        Assert.Empty(Run.History);
        _bench.Time.Advance(16);
        await _bench.Server.Until(() => Run.History.Count == 2);
        Assert.Single(_bench.Server.Requests, request => request.Path.Contains("file_stream", StringComparison.Ordinal) && Encoding.UTF8.GetString(request.Body).Contains("history", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_on_the_page_ends_the_run_once()
    {
        _bench.Server.IsStopped = true;
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        Assert.Equal(1, _bench.Stops);
        _bench.RequireWholeHistory();
    }

    [Fact]
    public async Task Many_rows_go_in_requests_of_limited_size()
    {
        using (var logger = _bench.Open(new UploadPace { RequestBytes = 2000 }))
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        _bench.RequireWholeHistory();
        Assert.True(_bench.Server.Requests.Count(request => request.Path.Contains("file_stream", StringComparison.Ordinal)) >= 4);
    }

    [Fact]
    public async Task A_line_that_the_server_would_refuse_stays_on_the_disk()
    {
        using (var logger = _bench.Open(new UploadPace { LineBytes = 1000 }))
        {
            logger.Message(new string('x', 2000));
            logger.Message("short");
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.EndsWith(" short\n", Run.Output[0], StringComparison.Ordinal);
        Assert.Single(_bench.Warned);
    }

    [Fact]
    public async Task The_end_waits_no_longer_than_its_patience()
    {
        _bench.Patience = TimeSpan.FromSeconds(5);
        _bench.Server.MisbehaveOn("file_stream", 1, new Fault(false, null, Stalls: true));
        using var logger = _bench.Open();
        await _bench.Server.Until(() => _bench.Server.Requests.Count >= 2);
        logger.LogMetrics(Samples.Metrics(100));
        var finish = Task.Run(() => logger.Finish(Samples.Summary()));
        while (!finish.IsCompleted)
        {
            _bench.Time.Advance(6);
            await Task.WhenAny(finish, Task.Delay(20));
        }

        await finish;
        Assert.Contains("0 of 1 row ", Assert.Single(_bench.Warned), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_uploaded_is_told_and_uploaded_by_a_sync()
    {
        _bench.Server.MisbehaveOn("storage", 1, Fault.Status(403));
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        _bench.RequireWholeHistory();
        Assert.Empty(Run.Uploaded);
        Assert.Contains(_bench.Warned.Concat(_bench.Told), text => text.Contains("log.txt was not uploaded", StringComparison.Ordinal));
        _bench.Sync();
        Assert.Equal(["log.txt"], Run.Uploaded);
    }

    [Fact]
    public async Task A_log_from_elsewhere_gives_no_file_away()
    {
        File.WriteAllText(_bench.Folder.At("secret"), "secret");
        string path = _bench.Folder.At("run-x.wandb");
        using (var log = RunLog.Open(path))
        {
            log.Append(new() { Run = new() { RunId = "x", DisplayName = "x", Project = "p", StartTime = Instant.Of(_bench.Time.GetUtcNow()) } });
            log.Append(new() { Files = new() { Files = { new FilesItem { Path = "../secret" }, new FilesItem { Path = _bench.Folder.At("secret") } } } });
        }

        _bench.Sync();
        Assert.Empty(Run.Stored);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task The_key_is_nowhere_but_in_the_header()
    {
        _bench.Key = "another-key-that-the-server-does-not-know-0123456789-0123456789";
        _bench.Server.Misbehave = request => new Fault(false, new HttpReply(400, $"bad {_bench.Key} {request.Authorization}"));
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger, waits: false);
        }

        Assert.Contains("(hidden)", _bench.Warned.First(), StringComparison.Ordinal);
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"api:{_bench.Key}"));
        var texts = Directory.GetFiles(_bench.Folder.FullPath, "*", SearchOption.AllDirectories).Select(File.ReadAllText)
            .Concat(_bench.Warned).Concat(_bench.Told).Append(_bench.WandbKey.ToString());
        Assert.All(texts, text => Assert.DoesNotContain(_bench.Key, text, StringComparison.Ordinal));
        Assert.All(texts, text => Assert.DoesNotContain(encoded, text, StringComparison.Ordinal));
        Assert.All(_bench.Server.Requests, request => Assert.DoesNotContain(_bench.Key, Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(WandbResume.Allow)]
    [InlineData(WandbResume.Must)]
    public async Task A_run_that_the_server_knows_is_continued_after_its_last_line(WandbResume resume)
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        var (history, events, output) = (Run.History.Count, Run.Events.Count, Run.Output.Count);
        Directory.Delete(_bench.Folder.At("run"), recursive: true);
        _bench.Options = _bench.Options with { Resume = resume };
        using (var logger = _bench.Open())
        {
            logger.LogMetrics(Samples.Metrics(5));
            logger.Message("again");
            logger.Finish(Samples.Summary());
        }

        Assert.Empty(_bench.Server.Complaints);
        Assert.Equal(0, Run.Repeated);
        Assert.Equal(history + 1, Run.History.Count);
        Assert.Equal(11, Run.Rows[^1].GetProperty("_step").GetInt32());
        Assert.True(Run.Events.Count > events);
        Assert.Equal(output + 1, Run.Output.Count);
    }

    [Fact]
    public async Task A_run_continued_while_the_server_is_down_is_synced_behind_its_earlier_lines()
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        Directory.Delete(_bench.Folder.At("run"), recursive: true);
        _bench.Options = _bench.Options with { Resume = WandbResume.Allow };
        _bench.Patience = TimeSpan.Zero;
        using (var logger = _bench.Open(server: WandbServer.Nobody()))
        {
            logger.LogMetrics(Samples.Metrics(5));
            logger.Finish(Samples.Summary());
        }

        _bench.Sync();
        Assert.Empty(_bench.Server.Complaints);
        Assert.Equal(Enumerable.Range(0, 12), Run.Rows.Select(row => row.GetProperty("_step").GetInt32()));
    }

    [Fact]
    public void A_run_that_must_exist_and_does_not_is_an_error_before_training()
    {
        _bench.Options = _bench.Options with { Resume = WandbResume.Must };
        var error = Assert.Throws<UserErrorException>(() => _bench.Open());
        Assert.Equal(ExitCode.Usage, error.Code);
        Assert.Contains("--wandb_resume must", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_must_not_exist_and_does_is_an_error_before_training()
    {
        using (var logger = _bench.Open())
        {
            await _bench.TrainAsync(logger);
        }

        Directory.Delete(_bench.Folder.At("run"), recursive: true);
        _bench.Options = _bench.Options with { Resume = WandbResume.Never };
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => _bench.Open()).Code);
        Assert.Equal(11, Run.History.Count);
    }

    [Fact]
    public void A_sync_with_a_wrong_key_or_without_a_server_is_one_line()
    {
        _bench.Options = _bench.Options with { Mode = WandbMode.Offline };
        _bench.Open().Dispose();
        _bench.Server.AcceptedKey = "other";
        Assert.Equal(ExitCode.Environment, Assert.Throws<UserErrorException>(() => _bench.Sync()).Code);
        var down = Assert.Throws<UserErrorException>(() => _bench.Sync(_bench.Api(WandbServer.Nobody(), attempts: 6)));
        Assert.Equal(ExitCode.Communication, down.Code);
        Assert.Equal([2.25, 4.5, 9, 18, 36, 60], _bench.Backoff.Waits.Select(wait => wait.TotalSeconds));
    }

    [Fact]
    public void A_sync_of_several_runs_goes_on_after_one_that_fails()
    {
        _bench.Options = _bench.Options with { Mode = WandbMode.Offline };
        _bench.Open().Dispose();
        File.WriteAllText(_bench.Folder.At("run/wandb/a.wandb"), "no log at all");
        var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Contains("a.wandb", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Run.ExitCode);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("")]
    public void A_folder_without_runs_is_refused(string name) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<UserErrorException>(() => WandbSync.Find(_bench.Folder.At(name))).Code);

    private static string Outcome(StringWriter output) => output.ToString().Split(": ")[1].Split(',')[0];
}
