using Compression.Tracking.Wandb.Log;
using Google.Protobuf;
using Record = Compression.Tracking.Wandb.Log.Record;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>
/// Records have the bytes that they had before a library wrote them: zeros that are written out, the order of the fields, messages without
/// content. The bytes here are the old writer's.
/// </summary>
public sealed class RecordBytesTests
{
    private static readonly DateTimeOffset s_time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly Item[] s_row = [Item.Of("loss", "6.25"), Item.Of("ü", "\"NaN\""), Item.Of("_step", "0")];

    private static readonly (string Bytes, Record Record)[] s_records =
    [
        ("0801AA01090A070A05312E322E33", new() { Header = new() { VersionInfo = new() { Producer = "1.2.3" } } }),
        (
            "08028A016A0A01781201651A017022210A0E0A07696E69745F6C7282010232300A0F0A06726573756D658201046E756C6C3201673A05747261696E420A6669727374"
            + "0AF09F98804A016E52037074625204746F706B6201736A01688A010B08BFFB9ECD061080E59A77AA0103120163",
            new()
            {
                Run = new()
                {
                    RunId = "x", DisplayName = "first\n\ud83d\ude00", Project = "p", Entity = "e", RunGroup = "g", JobType = "train", Notes = "n",
                    Tags = { "ptb", "topk" }, SweepId = "s", Host = "h", Git = new() { Commit = "c" }, StartTime = Instant.Of(s_time.AddSeconds(0.25)),
                    Config = new() { Update = { Item.Of("init_lr", "20"), Item.Of("resume", "null") } },
                },
            }),
        (
            "08038A01160A01781A017022004201788A010808BFFB9ECD061000",
            new() { Run = new() { RunId = "x", DisplayName = "x", Project = "p", StartTime = Instant.Of(s_time), Config = new() } }),
        ("0804620A0A047374657032021801", new() { Metric = new() { Name = "step", Options = new() { Defined = true } } }),
        (
            "080562120A046C6F7373220473746570320408011801",
            new() { Metric = new() { Name = "loss", StepMetric = "step", Options = new() { StepSync = true, Defined = true } } }),
        (
            "0806122E0A0D0A046C6F7373820104362E32350A0C0A02C3BC820105224E614E220A0B0A055F737465708201013012020800",
            new() { History = new() { Item = { s_row }, Step = new() { Num = 0 } } }),
        (
            "08071A2A0A0D0A046C6F7373820104362E32350A0C0A02C3BC820105224E614E220A0B0A055F7374657082010130",
            new() { Summary = new() { Update = { s_row } } }),
        ("08081A00", new() { Summary = new() }),
        (
            "08093A1C120C08C1FB9ECD061080CAB5EE011A0C0A0363707582010431322E35",
            new() { Stats = new() { Timestamp = Instant.Of(s_time.AddSeconds(2.5)), Item = { Item.Of("cpu", "12.5") } } }),
        (
            "080A6A0F0801120808BFFB9ECD0610001A010A",
            new() { Output = new() { OutputType = OutputRecord.Types.OutputType.Stdout, Timestamp = Instant.Of(s_time), Line = "\n" } }),
        (
            "080B6A180801120808BFFB9ECD0610001A0A68616C6620EFBFBD2E0A",
            new() { Output = new() { OutputType = OutputRecord.Types.OutputType.Stdout, Timestamp = Instant.Of(s_time), Line = "half \ud83d.\n" } }),
        (
            "080C321F0A100A0C73756D6D6172792E6A736F6E10010A0B0A076C6F672E7478741001",
            new() { Files = new() { Files = { File("summary.json"), File("log.txt") } } }),
        ("080D3200", new() { Files = new() }),
        ("080E92010408001000", new() { Exit = new() { ExitCode = 0, Runtime = 0 } }),
        ("080F9201040801101F", new() { Exit = new() { ExitCode = 1, Runtime = 31 } }),
    ];

    public static TheoryData<int> Records => [.. Enumerable.Range(0, s_records.Length)];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_has_the_bytes_that_it_always_had(int index)
    {
        var (bytes, record) = s_records[index];
        record.Num = index + 1;
        Assert.Equal(bytes, Convert.ToHexString(record.ToByteArray()));
        Assert.Equal(bytes, Convert.ToHexString(Record.Read(Convert.FromHexString(bytes)).ToByteArray()));
    }

    private static FilesItem File(string path) => new() { Path = path, Policy = FilesItem.Types.PolicyType.End };
}
