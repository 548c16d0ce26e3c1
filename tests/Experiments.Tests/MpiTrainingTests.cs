using System.Globalization;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Tests;

/// <summary>Training over real MPI ranks: against PyTorch's figures, and through a kill.</summary>
public sealed class MpiTrainingTests
{
    [Fact]
    public async Task A_run_that_was_killed_and_resumed_ends_with_the_bits_of_an_undisturbed_one()
    {
        const string options = "--data corpus --compressor topk --compress_ratio 0.1 --num_workers 2 --max_steps 1500 --checkpoint_every 20 "
            + "--epochs 100000 --init_lr 1 " + Sandbox.TinyModel;
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var whole = Apphost.Run(sandbox, $"{options} --out whole");
        Assert.True(whole.Code == 0, whole.Errors);

        using (var process = Apphost.Start(sandbox, $"{options} --out killed"))
        {
            string checkpoints = sandbox.At("killed", "checkpoints");
            while (!Directory.Exists(checkpoints) || Directory.GetDirectories(checkpoints, "step-*").Length == 0)
            {
                Assert.NotNull(await process.StandardOutput.ReadLineAsync());
            }

            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            Apphost.Signal(Apphost.ProcessOfRank(1, sandbox.At("killed")), "KILL");
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)), "The job outlives its rank.");
            Assert.Equal(6, process.ExitCode);
            await Task.WhenAll(output, errors);
        }

        Assert.False(File.Exists(sandbox.At("killed", "summary.json")), "The run was over before the kill.");
        var resumed = Apphost.Run(sandbox, "--resume latest --out killed");
        Assert.True(resumed.Code == 0, resumed.Errors);
        Assert.Equal(TrainingRunTests.Hash(sandbox, "whole"), TrainingRunTests.Hash(sandbox, "killed"));
        Assert.Equal(
            TrainingRunTests.Summary(sandbox, "whole").GetProperty("bytes").GetProperty("wire_total").GetInt64(),
            TrainingRunTests.Summary(sandbox, "killed").GetProperty("bytes").GetProperty("wire_total").GetInt64());

        // One row for each interval, none twice, none missing.
        Assert.Equal(Steps(sandbox, "whole"), Steps(sandbox, "killed"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("topk(ratio=0.1)+sign")]
    public void Overlap_and_groups_leave_every_bit_as_it_is(string compressor)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string options = $"--data corpus --compressor {compressor} --num_workers 2 --max_steps 30 --init_lr 1 --clip_scope aggregated {Sandbox.TinyModel}";
        foreach (string way in new[] { "--overlap false", "--overlap true", "--overlap true --bucket_bytes 1", "--bucket_bytes 3000" })
        {
            string folder = way.Replace("--", "", StringComparison.Ordinal).Replace(' ', '-');
            var outcome = Apphost.Run(sandbox, $"{options} {way} --out {folder}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Equal(TrainingRunTests.Hash(sandbox, "overlap-false"), TrainingRunTests.Hash(sandbox, folder));
        }

        Assert.Equal(0, TrainingRunTests.Summary(sandbox, "overlap-false").GetProperty("seconds").GetProperty("hidden").GetDouble());
    }

    [NeedsFixtureFact]
    public void Two_ranks_with_top_k_follow_PyTorch()
    {
        using var fixture = SafetensorsFile.Open(Path.Combine(NeedsFixtureFactAttribute.Fixtures!, "ptb", "topk-2workers.safetensors"));
        using var sandbox = new Sandbox();
        TensorEntry[] entries = [.. fixture.Tensors.Where(entry => entry.Name.StartsWith("init.", StringComparison.Ordinal))];
        SafetensorsWriter.Save(sandbox.At("init.safetensors"), [.. entries.Select(entry => entry with { Name = entry.Name[5..] })], writer =>
        {
            foreach (var entry in entries)
            {
                writer.Write(entry.Name[5..], Read(fixture, entry));
            }
        });

        var outcome = Apphost.Run(
            sandbox,
            $"--data {NeedsFixtureFactAttribute.Data}/ptb --init_weights init.safetensors --emb_size 24 --num_hid 24 --dropout 0 --batch_size 10 --bptt 35 "
            + "--init_lr 20 --clip 0.25 --max_steps 40 --log_interval 1 --threads 1 --num_workers 2 --compressor topk --compress_ratio 0.01 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);

        float[] losses = Read(fixture, fixture.Find("loss")!);
        string[] rows = File.ReadAllLines(sandbox.At("run", "metrics.csv"));
        for (int step = 0; step < 40; step++)
        {
            double loss = double.Parse(rows[step + 1].Split(',')[3], CultureInfo.InvariantCulture);
            Assert.Equal((losses[2 * step] + losses[(2 * step) + 1]) / 2, loss, step < 10 ? 1e-4 : 2e-3);
        }
    }

    private static float[] Read(SafetensorsFile file, TensorEntry entry)
    {
        float[] values = new float[entry.Length];
        file.Read(entry.Name, values);
        return values;
    }

    private static string[] Steps(Sandbox sandbox, string run) =>
        [.. File.ReadLines(sandbox.At(run, "metrics.csv")).Select(row => row.Split(',')[0])];
}
