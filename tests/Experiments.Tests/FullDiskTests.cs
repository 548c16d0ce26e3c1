namespace Compression.Experiments.Tests;

/// <summary>What a run says, and leaves, where the disk is full.</summary>
[Collection(Processes.Name)]
public sealed class FullDiskTests
{
    private const string Model = "--data corpus --emb_size 40 --num_hid 40 --num_layers 1 --dropout 0 --bptt 5 --batch_size 4 --threads 1 --log_interval 1 --quiet true --max_steps 6000";

    // A checkpoint has some 120 kB; a row of metrics 150 bytes.
    [NeedsSmallDiskTheory]
    [InlineData(1, 20, "safetensors", true)]
    [InlineData(2, 20, "safetensors", true)]
    [InlineData(1, 0, "metrics.csv'", false)]
    public void The_file_that_did_not_fit_is_named_and_its_partial_removed(int workers, int every, string file, bool hasCheckpoint)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 600);
        string disk = Directory.CreateDirectory(sandbox.At("disk")).FullName;
        Assert.True(SmallDisk.Mount(disk));
        try
        {
            var outcome = Apphost.Run(sandbox, $"{Model} --compressor topk --checkpoint_every {every} --num_workers {workers} --out disk/run");
            Assert.Equal(1, outcome.Code);
            string line = Assert.Single(outcome.ErrorLines);
            Assert.Contains(file, line, StringComparison.Ordinal);
            Assert.Contains("No space left", line, StringComparison.Ordinal);
            Assert.EndsWith(hasCheckpoint ? "continue with --resume latest" : "start the run again", line, StringComparison.Ordinal);
            Assert.Equal(hasCheckpoint, Directory.Exists(Path.Combine(disk, "run", "checkpoints")));
            Assert.DoesNotContain(
                Directory.GetFileSystemEntries(disk, "*", SearchOption.AllDirectories),
                path => path.EndsWith(".partial", StringComparison.Ordinal) || path.EndsWith(".tmp", StringComparison.Ordinal) || Path.GetFileName(path) == ".lock");
        }
        finally
        {
            SmallDisk.Unmount(disk);
        }
    }
}
