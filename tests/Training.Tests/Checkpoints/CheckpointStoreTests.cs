using System.Collections.Immutable;
using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Training.Checkpoints;

namespace Compression.Training.Tests.Checkpoints;

[Seeded]
public sealed class CheckpointStoreTests : IDisposable
{
    private const uint Model = 0xC0FFEE;
    private static readonly ImmutableSortedDictionary<string, string> Options =
        ImmutableSortedDictionary<string, string>.Empty.Add("--num_hid", "200").Add("--seed", "1111");

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void State_and_arrays_come_back_bit_for_bit_on_every_rank()
    {
        var store = new CheckpointStore(_folder.Path);
        string written = WriteOnAllRanks(store, step: 123, worldSize: 3);
        Assert.Equal(_folder["step-000123"], written);
        Assert.Equal(written, store.FindLatest());
        Assert.Equal(
            ["SHA256SUMS", "model.safetensors", "rank-0.safetensors", "rank-1.safetensors", "rank-2.safetensors", "state.json"],
            Directory.GetFileSystemEntries(written).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        for (int rank = 0; rank < 3; rank++)
        {
            using var loaded = Open(written, rank, 3);
            AssertSame(StateOf(123, 3), loaded.State);
            var weight = new float[6];
            loaded.Model.Read("decoder.weight", weight);
            Assert.Equal(WeightOf(123), weight);
            var residual = new float[4];
            loaded.RankState.Read("residual/decoder.weight", residual);
            Assert.Equal(ResidualOf(123, rank).Select(BitConverter.SingleToInt32Bits), residual.Select(BitConverter.SingleToInt32Bits));
            Assert.True(loaded.RankState.Contains("residual/decoder.weight"));
            Assert.False(loaded.RankState.Contains("residual/other"));
            UserErrors.Expect(ExitCode.Checkpoint, () => loaded.RankState.Read("residual/other", residual), "residual/other", "rank-");
        }
    }

    [Fact]
    public void A_state_before_the_first_evaluation_comes_back_too()
    {
        var state = StateOf(1, 1) with { BestValidLoss = null, Counters = ImmutableSortedDictionary<string, double>.Empty.Add("loss", double.NaN) };
        AssertSame(state, TrainingState.FromJson("state.json", state.ToJson()));
    }

    [Fact]
    public void The_checksums_are_in_the_form_of_sha256sum()
    {
        string written = WriteOnAllRanks(new CheckpointStore(_folder.Path), 1, 1);
        foreach (string line in File.ReadAllLines(Path.Combine(written, "SHA256SUMS")))
        {
            string[] parts = line.Split("  ");
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(written, parts[1])))), parts[0]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_newest_k_stay(int keep)
    {
        var store = new CheckpointStore(_folder.Path, keep);
        for (long step = 1; step <= 5; step++)
        {
            WriteOnAllRanks(store, step * 1_000_000, 1); // also names with more than six digits
            int expected = (int)Math.Min(step, keep);
            Assert.Equal(Enumerable.Range(0, expected).Select(i => _folder[$"step-{(step - expected + 1 + i) * 1_000_000}"]), store.List());
        }

        Assert.Equal(keep, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void A_checkpoint_older_than_those_there_is_kept_when_it_was_just_written()
    {
        var store = new CheckpointStore(_folder.Path, keep: 1);
        WriteOnAllRanks(store, 20, 1);
        string written = WriteOnAllRanks(store, 10, 1);
        Assert.Equal([written], store.List());
    }

    [Fact]
    public void A_second_write_of_the_same_step_replaces_the_first()
    {
        var store = new CheckpointStore(_folder.Path);
        WriteOnAllRanks(store, 5, 1);
        string written = WriteOnAllRanks(store, 5, 1, learningRate: 0.5);
        using var loaded = Open(written, 0, 1);
        Assert.Equal(0.5, loaded.State.LearningRate);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Every_flipped_bit_of_every_file_is_detected()
    {
        string written = WriteOnAllRanks(new CheckpointStore(_folder.Path), 7, 2);
        foreach (string path in Directory.GetFiles(written))
        {
            byte[] bytes = File.ReadAllBytes(path);
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                File.WriteAllBytes(path, bytes);
                UserErrors.Expect(ExitCode.Checkpoint, () => LoadedCheckpoint.Verify(written), written);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            File.WriteAllBytes(path, bytes);
        }

        AssertSame(StateOf(7, 2), LoadedCheckpoint.Verify(written));
    }

    [Fact]
    public void Every_truncation_and_every_missing_file_is_detected_and_the_file_named()
    {
        string written = WriteOnAllRanks(new CheckpointStore(_folder.Path), 7, 2);
        foreach (string path in Directory.GetFiles(written))
        {
            byte[] bytes = File.ReadAllBytes(path);
            for (int length = 0; length < bytes.Length; length++)
            {
                File.WriteAllBytes(path, bytes[..length]);
                UserErrors.Expect(ExitCode.Checkpoint, () => LoadedCheckpoint.Verify(written), written);
            }

            File.Delete(path);
            UserErrors.Expect(ExitCode.Checkpoint, () => LoadedCheckpoint.Verify(written), Path.GetFileName(path), "missing", "resume from another");
            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public void A_forged_list_with_a_file_too_many_is_detected()
    {
        string written = WriteOnAllRanks(new CheckpointStore(_folder.Path), 7, 1);
        File.AppendAllText(Path.Combine(written, "SHA256SUMS"), $"{new string('0', 64)}  rank-1.safetensors\n");
        UserErrors.Expect(ExitCode.Checkpoint, () => LoadedCheckpoint.Verify(written), "SHA256SUMS", "lists 4 files, and of 1 worker there are 3");
    }

    [Fact]
    public void Another_run_is_told_what_differs()
    {
        string written = WriteOnAllRanks(new CheckpointStore(_folder.Path), 7, 2);
        UserErrors.Expect(ExitCode.Checkpoint, () => Open(written, 0, 4), "written by 2 workers", "has 4");
        UserErrors.Expect(ExitCode.Checkpoint, () => LoadedCheckpoint.Open(written, 0, 2, Model + 1, Options), "other parameters");
        UserErrors.Expect(
            ExitCode.Checkpoint, () => LoadedCheckpoint.Open(written, 0, 2, Model, Options.SetItem("--num_hid", "300")), "--num_hid 200", "300");
        UserErrors.Expect(
            ExitCode.Checkpoint, () => LoadedCheckpoint.Open(written, 0, 2, Model, Options.Remove("--seed")), "--seed 1111", "not set");
        UserErrors.Expect(ExitCode.Checkpoint, () => Open(_folder["step-000009"], 0, 2), "step-000009", "no such checkpoint");
    }

    [Fact]
    public void Folders_of_other_making_are_no_checkpoints()
    {
        Assert.Null(new CheckpointStore(_folder["none"]).FindLatest());
        foreach (string name in new[] { "step-", "step-000009x", "step-9", "other", ".step-000009.partial", "step-000009" })
        {
            Directory.CreateDirectory(_folder[name]);
        }

        File.WriteAllText(_folder["step-9/SHA256SUMS"], "");
        var store = new CheckpointStore(_folder.Path);
        Assert.Null(store.FindLatest());
        string written = WriteOnAllRanks(store, 3, 1);
        Assert.Equal(written, store.FindLatest());
        Assert.False(Directory.Exists(_folder[".step-000009.partial"]));
        Assert.True(Directory.Exists(_folder["other"]));
    }

    /// <summary>Kills the run after each single change of the disk, for first writes, rewrites and writes that delete older ones.</summary>
    [Theory]
    [InlineData(1, 30)]
    [InlineData(2, 30)]
    [InlineData(1, 20)] // the same step again
    [InlineData(2, 20)]
    public void A_kill_at_any_point_leaves_the_latest_loadable(int keep, long nextStep)
    {
        int kills = 0;
        for (int stopAfter = 1; ; stopAfter++)
        {
            using var folder = new TemporaryFolder();
            WriteOnAllRanks(new CheckpointStore(folder.Path, keep), 10, 2);
            WriteOnAllRanks(new CheckpointStore(folder.Path, keep), 20, 2);
            int operations = 0;
            var store = new CheckpointStore(folder.Path, keep, _ =>
            {
                if (Interlocked.Increment(ref operations) == stopAfter)
                {
                    throw new KilledException();
                }
            });

            bool killed = false;
            try
            {
                WriteOnAllRanks(store, nextStep, 2, learningRate: 0.5);
            }
            catch (KilledException)
            {
                killed = true;
                kills++;
            }

            var after = new CheckpointStore(folder.Path, keep);
            using (var latest = Open(after.FindLatest()!, 1, 2))
            {
                AssertSame(latest.State.LearningRate == 0.5 ? StateOf(nextStep, 2, 0.5) : StateOf(20, 2), latest.State);
                Assert.True(killed || latest.State.LearningRate == 0.5);
            }

            // The resumed run writes on, and no leftover survives that.
            string next = WriteOnAllRanks(after, 40, 2);
            Assert.Equal(next, after.FindLatest());
            Assert.All(Directory.GetFileSystemEntries(folder.Path), path => Assert.StartsWith("step-", Path.GetFileName(path), StringComparison.Ordinal));
            Assert.All(after.List(), path => LoadedCheckpoint.Verify(path));
            Assert.Equal(keep, after.List().Count);
            if (!killed)
            {
                break;
            }
        }

        Assert.InRange(kills, 7, 30);
    }

    [Fact]
    public void A_second_kill_while_clearing_up_after_the_first_does_no_harm()
    {
        // Killed between the two renames of a rewrite, the older checkpoint of the step stands aside and must come back.
        for (int stopAfter = 1; stopAfter <= 12; stopAfter++)
        {
            using var folder = new TemporaryFolder();
            WriteOnAllRanks(new CheckpointStore(folder.Path, 1), 20, 1);
            KillAt(folder, "move the older one aside", 20);
            Assert.Equal(folder[".step-000020.replaced"], new CheckpointStore(folder.Path).FindLatest());

            int operations = 0;
            try
            {
                WriteOnAllRanks(new CheckpointStore(folder.Path, 1, _ => Stop(++operations == stopAfter)), 30, 1);
            }
            catch (KilledException)
            {
                // The point of this test.
            }

            using var latest = Open(new CheckpointStore(folder.Path).FindLatest()!, 0, 1);
            Assert.Contains(latest.State.Step, new long[] { 20, 30 });
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_folder["file"], "");
        UserErrors.Expect(ExitCode.Failure, () => WriteOnAllRanks(new CheckpointStore(_folder["file"]), 5, 1), _folder["file"], "step 5");
    }

    [Fact]
    public void Large_arrays_are_written_and_read_without_a_copy()
    {
        var large = new float[4_000_000];
        Array.Fill(large, 1f);
        StateFile.Write(_folder["warm"], writer => writer.Write("x", large.AsSpan(0, 10)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        StateFile.Write(_folder["large"], writer => writer.Write("x", large));
        using var file = SafetensorsFile.Open(_folder["large"]);
        file.Read("x", large);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Two_arrays_of_one_name_are_refused() =>
        Assert.Throws<ArgumentException>(() => StateFile.Write(_folder["a"], writer =>
        {
            writer.Write("x", [1f]);
            writer.Write("x", [2f]);
        }));

    public void Dispose() => _folder.Dispose();

    private static void KillAt(TemporaryFolder folder, string operation, long step) =>
        Assert.Throws<KilledException>(() => WriteOnAllRanks(new CheckpointStore(folder.Path, 1, done => Stop(done == operation)), step, 1));

    private static void Stop(bool now)
    {
        if (now)
        {
            throw new KilledException();
        }
    }

    private static LoadedCheckpoint Open(string folder, int rank, int worldSize) => LoadedCheckpoint.Open(folder, rank, worldSize, Model, Options);

    /// <summary>Runs all ranks as threads; when one dies the others die at the next barrier, as under mpiexec.</summary>
    private static string WriteOnAllRanks(CheckpointStore store, long step, int worldSize, double learningRate = 20)
    {
        using var barrier = new Barrier(worldSize);
        using var dead = new CancellationTokenSource();
        var folders = new string[worldSize];
        var failures = new Exception?[worldSize];
        var ranks = Enumerable.Range(0, worldSize).Select(rank => new Thread(() =>
        {
            try
            {
                folders[rank] = store.Write(ContentsOf(step, rank, worldSize, learningRate), rank, () => barrier.SignalAndWait(dead.Token));
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
                dead.Cancel();
            }
        })).ToList();
        ranks.ForEach(rank => rank.Start());
        ranks.ForEach(rank => rank.Join());
        if (failures.FirstOrDefault(failure => failure is not null and not OperationCanceledException) is { } first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        Assert.Single(folders.Distinct());
        return folders[0];
    }

    private static CheckpointContents ContentsOf(long step, int rank, int worldSize, double learningRate) => new()
    {
        State = StateOf(step, worldSize, learningRate),
        ModelTensors = [new TensorEntry("decoder.weight", TensorType.F32, [2, 3])],
        WriteModel = writer =>
        {
            Assert.Equal(0, rank);
            writer.Write("decoder.weight", WeightOf(step));
        },
        WriteRankState = writer => writer.Write("residual/decoder.weight", ResidualOf(step, rank)),
    };

    private static TrainingState StateOf(long step, int worldSize, double learningRate = 20) => new()
    {
        Step = step,
        Epoch = 2,
        Position = 17,
        LearningRate = learningRate,
        BestValidLoss = Math.PI,
        WorldSize = worldSize,
        ModelFingerprint = Model,
        Options = Options,
        Counters = ImmutableSortedDictionary<string, double>.Empty.Add("tokens", (1L << 53) - 1).Add("seconds", 1.0 / 3),
    };

    private static float[] WeightOf(long step) => [.. Enumerable.Range(0, 6).Select(i => step + (i / 7f))];

    private static float[] ResidualOf(long step, int rank) => [rank, step, float.NaN, -0f];

    private static void AssertSame(TrainingState expected, TrainingState actual)
    {
        Assert.Equal(expected.Options, actual.Options);
        Assert.Equal(expected.Counters, actual.Counters);
        Assert.Equal(expected with { Options = actual.Options, Counters = actual.Counters }, actual);
    }

    private sealed class KilledException : Exception;
}
