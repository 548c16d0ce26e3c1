using Compression.Core.Reporting;
using Compression.Tracking.Files;
using Compression.Tracking.Wandb;

namespace Compression.Tracking.Tests.Wandb;

/// <summary>Syncs of a real run's log in which a bit has changed: what is whole goes to the server, and what is lost is said.</summary>
public sealed class DamagedLogTests : IDisposable
{
    private const int Rows = 150;

    private readonly Bench _bench = new();

    public DamagedLogTests()
    {
        _bench.Options = _bench.Options with { Mode = WandbMode.Offline };
        using var logger = _bench.Open();
        for (int step = 1; step <= Rows; step++)
        {
            logger.LogMetrics(Samples.Metrics(step));
            logger.Message($"line {step}");
        }

        logger.Finish(Samples.Summary());
    }

    private string Log => _bench.Log;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Whatever_bit_changes_the_rows_of_other_records_are_sent_and_the_run_is_not_taken_for_synced()
    {
        byte[] whole = File.ReadAllBytes(Log);
        var records = Places(whole);
        Assert.True(whole.Length > 2 * 32768, "the log has three blocks");
        var random = new Random(3);
        foreach (int at in Enumerable.Range(0, 90).Select(_ => random.Next(records[0].Start, whole.Length)).Concat(Enumerable.Range(32768 - 8, 24)))
        {
            if (records.FirstOrDefault(record => at >= record.Start && at < record.End) is not { Message: not null } hit)
            {
                continue; // Zeros that fill a block.
            }

            byte[] changed = [.. whole];
            changed[at] ^= (byte)(1 << random.Next(8));
            Restart(changed);
            bool isDescription = hit.Message.Has(17), isRow = hit.Message.Has(2);
            var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
            Assert.Equal(ExitCode.Failure, error.Code);
            Assert.Contains("damaged at byte", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.False(File.Exists(Log + ".synced"));
            if (isDescription)
            {
                Assert.Empty(_bench.Server.Runs);
                continue;
            }

            int[] expected = [.. Enumerable.Range(1, Rows).Where(step => !isRow || records.Where(record => record.Message.Has(2)).ElementAt(step - 1) != hit)];
            Assert.Equal(expected, _bench.Server.Run.Rows.Select(row => row.GetProperty("step").GetInt32()));
            Assert.Contains($"1 record of it cannot be read, {(isRow ? 1 : 0)} of them rows", error.Message, StringComparison.Ordinal);
            Assert.Empty(_bench.Server.Complaints);
        }
    }

    [Fact]
    public void Damage_before_the_first_record_sends_nothing_and_says_what_is_left()
    {
        byte[] whole = File.ReadAllBytes(Log);
        int first = Places(whole)[0].Start;
        string table = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Log))!, RunFiles.Metrics);
        File.WriteAllText(table, "step\n");
        Assert.Equal(7, first);
        for (int at = 0; at < first; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 4;
            Restart(changed);
            var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
            Assert.Equal(ExitCode.Failure, error.Code);
            Assert.StartsWith($"'{Log}': ", error.Message, StringComparison.Ordinal);
            Assert.Contains("nothing of it can be read", error.Message, StringComparison.Ordinal);
            Assert.Contains(table, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.Empty(_bench.Server.Runs);
        }
    }

    [Fact]
    public void An_undamaged_copy_brings_what_was_lost_to_a_run_that_begins_anew()
    {
        byte[] whole = File.ReadAllBytes(Log);
        byte[] changed = [.. whole];
        changed[Places(whole).Where(record => record.Message.Has(2)).ElementAt(70).Start + 30] ^= 4;
        Restart(changed);
        var first = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Equal(first.Message, Assert.Throws<UserErrorException>(() => _bench.Sync()).Message);
        Assert.Equal(Rows - 1, _bench.Server.Run.History.Count);
        File.WriteAllBytes(Log, whole);
        var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Contains($"1 of its rows were damaged, and they cannot come between the others; delete the run on the server and {Log}.upload.json", error.Message, StringComparison.Ordinal);
        Assert.Equal(Rows - 1, _bench.Server.Run.History.Count);

        _bench.Server.Runs.Clear();
        File.Delete(Log + ".upload.json");
        Assert.Contains($"{Rows} rows uploaded", _bench.Sync().ToString(), StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, Rows), _bench.Server.Run.Rows.Select(one => one.GetProperty("step").GetInt32()));
        Assert.True(File.Exists(Log + ".synced"));
    }

    [Fact]
    public void Rows_that_were_confirmed_before_they_were_lost_keep_their_places()
    {
        byte[] whole = File.ReadAllBytes(Log);
        var rows = Places(whole).Where(record => record.Message.Has(2)).ToList();
        Restart(whole[..rows[100].Start]);
        _bench.Sync();
        Assert.Equal(100, _bench.Server.Run.History.Count);
        string state = Log + ".upload.json";
        File.WriteAllText(state, File.ReadAllText(state).Replace("\"is_complete\": true", "\"is_complete\": false", StringComparison.Ordinal));
        byte[] changed = [.. whole];
        changed[rows[20].Start + 30] ^= 4;
        File.WriteAllBytes(Log, changed);
        var error = Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Contains("0 of them rows", error.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, Rows), _bench.Server.Run.Rows.Select(one => one.GetProperty("step").GetInt32()));
    }

    [Fact]
    public void A_resumed_run_keeps_what_follows_the_damage()
    {
        byte[] whole = File.ReadAllBytes(Log);
        byte[] changed = [.. whole];
        changed[Places(whole).Where(record => record.Message.Has(2)).ElementAt(70).Start + 30] ^= 4;
        Restart(changed);
        using (var logger = _bench.Open(isResumed: true))
        {
            logger.LogMetrics(Samples.Metrics(Rows));
            logger.LogMetrics(Samples.Metrics(Rows + 1));
            logger.Finish(Samples.Summary());
        }

        Assert.Throws<UserErrorException>(() => _bench.Sync());
        Assert.Equal(Enumerable.Range(1, Rows + 1).Where(step => step != 71), _bench.Server.Run.Rows.Select(row => row.GetProperty("step").GetInt32()));
        Assert.Equal(Enumerable.Range(0, Rows + 1).Where(row => row != 70), _bench.Server.Run.Rows.Select(row => row.GetProperty("_step").GetInt32()));
    }

    [Fact]
    public void A_run_whose_description_is_damaged_is_not_begun_anew_over_its_rows()
    {
        byte[] whole = File.ReadAllBytes(Log);
        byte[] changed = [.. whole];
        changed[Places(whole).Single(record => record.Message.Has(17)).Start + 30] ^= 4;
        Restart(changed);
        var error = Assert.Throws<UserErrorException>(() => _bench.Open(isResumed: true));
        Assert.Contains("the run's description is lost; move it away to start a new one", error.Message, StringComparison.Ordinal);
        Assert.Equal(changed, File.ReadAllBytes(Log));
    }

    [Fact]
    public void A_damaged_last_row_is_told_of_after_a_resume_too()
    {
        byte[] whole = File.ReadAllBytes(Log);
        var row = Places(whole).Last(record => record.Message.Has(2));
        byte[] changed = whole[..row.End];
        changed[row.Start + 30] ^= 4;
        Restart(changed);
        using (var logger = _bench.Open(isResumed: true))
        {
            logger.LogMetrics(Samples.Metrics(Rows + 1));
            logger.Finish(Samples.Summary());
        }

        Assert.Contains("damaged at byte", Assert.Throws<UserErrorException>(() => _bench.Sync()).Message, StringComparison.Ordinal);
        Assert.Equal([.. Enumerable.Range(1, Rows - 1), Rows + 1], _bench.Server.Run.Rows.Select(one => one.GetProperty("step").GetInt32()));
    }

    private void Restart(byte[] log)
    {
        File.WriteAllBytes(Log, log);
        File.Delete(Log + ".upload.json");
        File.Delete(Log + ".synced");
        _bench.Server.Runs.Clear();
    }

    // Where each record lies, by the facts of the format.
    private static List<(int Start, int End, WireMessage Message)> Places(byte[] file)
    {
        const int Block = 32768, Header = 7;
        var messages = WandbFileReader.Records(file).Select(record => new WireMessage(record)).ToList();
        var places = new List<(int, int, WireMessage)>();
        int position = Header, start = 0;
        while (places.Count < messages.Count)
        {
            int room = Block - (position % Block);
            position += room < Header ? room : 0;
            int type = file[position + 6];
            start = type is 1 or 2 ? position : start;
            position += Header + file[position + 4] + (file[position + 5] << 8);
            if (type is 1 or 4)
            {
                places.Add((start, position, messages[places.Count]));
            }
        }

        return places;
    }
}
