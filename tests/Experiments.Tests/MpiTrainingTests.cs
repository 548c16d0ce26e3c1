using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Tests;

/// <summary>Training over real MPI ranks: against PyTorch's figures, and through a kill.</summary>
[Collection(Processes.Name)]
public sealed class MpiTrainingTests
{
    [Fact]
    public async Task A_run_that_was_killed_and_resumed_ends_with_the_bits_of_an_undisturbed_one()
    {
        const string options = "--data corpus --compressor topk --compress_ratio 0.1 --num_workers 2 --checkpoint_every 20 --epochs 100000 --init_lr 1 "
            + Sandbox.TinyModel;
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string checkpoints = sandbox.At("killed", "checkpoints");
        using (var process = Apphost.Start(sandbox, $"{options} --out killed"))
        {
            while (!Directory.Exists(checkpoints) || Directory.GetDirectories(checkpoints, "step-*").Length == 0)
            {
                Assert.NotNull(await process.StandardOutput.ReadLineAsync());
            }

            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            Apphost.Signal(Apphost.ProcessOfRank(1, sandbox.At("killed")), "KILL");
            Assert.True(process.WaitForExit(Patience.Limit), "The job outlives its rank.");
            Assert.Equal(6, process.ExitCode);
            await Task.WhenAll(output, errors);
        }

        // Both go as far as the kill, whenever it came, and a while beyond.
        int steps = 200 + Directory.GetDirectories(checkpoints, "step-*")
            .Max(folder => int.Parse(Path.GetFileName(folder)["step-".Length..], CultureInfo.InvariantCulture));
        var resumed = Apphost.Run(sandbox, $"--resume latest --out killed --max_steps {steps}");
        Assert.True(resumed.Code == 0, resumed.Errors);
        var whole = Apphost.Run(sandbox, $"{options} --max_steps {steps} --out whole");
        Assert.True(whole.Code == 0, whole.Errors);
        Assert.Equal(TrainingRunTests.Hash(sandbox, "whole"), TrainingRunTests.Hash(sandbox, "killed"));
        Assert.Equal(
            TrainingRunTests.Summary(sandbox, "whole").GetProperty("bytes").GetProperty("wire_total").GetInt64(),
            TrainingRunTests.Summary(sandbox, "killed").GetProperty("bytes").GetProperty("wire_total").GetInt64());

        // One row for each interval, none twice, none missing.
        Assert.Equal(Steps(sandbox, "whole"), Steps(sandbox, "killed"));
    }

    [Theory]
    [InlineData("lstm", "none")]
    [InlineData("lstm", "topk(ratio=0.1)+sign")]
    [InlineData("gru", "topk(ratio=0.1)+sign")]
    public void Overlap_and_groups_leave_every_bit_as_it_is(string model, string compressor)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string options = $"--data corpus --model {model} --compressor {compressor} --num_workers 2 --max_steps 30 --init_lr 1 --clip_scope aggregated {Sandbox.TinyModel}";
        foreach (string way in new[] { "--overlap false", "--overlap true", "--overlap true --bucket_bytes 1", "--bucket_bytes 3000" })
        {
            string folder = way.Replace("--", "", StringComparison.Ordinal).Replace(' ', '-');
            var outcome = Apphost.Run(sandbox, $"{options} {way} --out {folder}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Equal(TrainingRunTests.Hash(sandbox, "overlap-false"), TrainingRunTests.Hash(sandbox, folder));
        }

        Assert.Equal(0, TrainingRunTests.Summary(sandbox, "overlap-false").GetProperty("seconds").GetProperty("hidden").GetDouble());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_on_one_rank_ends_or_is_skipped_on_all()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();

        // A word that rank 1 alone meets, in one step of an epoch, and whose vector is not a number.
        string text = sandbox.At("corpus", "ptb.train.txt");
        string[] lines = File.ReadAllLines(text);
        lines[47] = "poison " + lines[47];
        File.WriteAllLines(text, lines);
        string options = $"--data corpus --num_workers 2 --init_lr 1 --compressor topk(ratio=0.1) {Sandbox.TinyModel}";
        Assert.Equal(0, Apphost.Run(sandbox, $"{options} --max_steps 1 --save_weights clean.safetensors --out clean").Code);
        Poison(sandbox.At("clean.safetensors"), sandbox.At("poisoned.safetensors"));
        options += " --init_weights poisoned.safetensors";

        var aborted = Apphost.Run(sandbox, $"{options} --max_steps 12 --out aborted");
        Assert.Equal(4, aborted.Code);
        string line = Assert.Single(aborted.ErrorLines);
        var message = Regex.Match(line, @"^error: Step (\d+): loss or gradient of worker 1 is not finite; lower --init_lr");
        Assert.True(message.Success, line);
        int step = int.Parse(message.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

        foreach (int steps in new[] { step - 1, step, step + 1 })
        {
            var outcome = Apphost.Run(
                sandbox, $"{options} --max_steps {steps} --on_nonfinite skip --checkpoint_every {steps} --out {steps}-steps");
            Assert.True(outcome.Code == 0, outcome.Errors);
            Assert.Equal(
                steps >= step, (outcome.Output + outcome.Errors).Contains($"Step {step}: loss or gradient of worker 1 is not finite: all workers skip it", StringComparison.Ordinal));
            Assert.Equal(steps >= step, outcome.Output.Contains($"{steps} steps (1 skipped)", StringComparison.Ordinal));
            Assert.Equal(steps >= step ? 1 : 0, TrainingRunTests.Summary(sandbox, $"{steps}-steps").GetProperty("skipped_steps").GetInt32());
        }

        Assert.Equal(TrainingRunTests.Hash(sandbox, $"{step - 1}-steps"), TrainingRunTests.Hash(sandbox, $"{step}-steps"));
        Assert.NotEqual(TrainingRunTests.Hash(sandbox, $"{step}-steps"), TrainingRunTests.Hash(sandbox, $"{step + 1}-steps"));
        foreach (int rank in new[] { 0, 1 })
        {
            var before = Residuals(sandbox, step - 1, rank);
            Assert.NotEmpty(before);
            Assert.Contains(before.Values, residual => residual.Any(value => value != 0));
            Assert.Equal(before, Residuals(sandbox, step, rank));
        }
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

    // The last row of the embedding is the word that was met last.
    private static void Poison(string source, string target)
    {
        using var file = SafetensorsFile.Open(source);
        var entries = file.Tensors.ToArray();
        SafetensorsWriter.Save(target, entries, writer =>
        {
            foreach (var entry in entries)
            {
                float[] values = Read(file, entry);
                if (entry.Name.StartsWith("encoder", StringComparison.Ordinal))
                {
                    values.AsSpan(values.Length - (int)entry.Shape[1]).Fill(float.NaN);
                }

                writer.Write(entry.Name, values);
            }
        }, file.Metadata);
    }

    private static Dictionary<string, float[]> Residuals(Sandbox sandbox, int step, int rank)
    {
        string folder = Assert.Single(Directory.GetDirectories(sandbox.At($"{step}-steps", "checkpoints")));
        using var file = SafetensorsFile.Open(Path.Combine(folder, $"rank-{rank}.safetensors"));
        return file.Tensors.Where(entry => entry.Name.Contains("residual", StringComparison.Ordinal)).ToDictionary(entry => entry.Name, entry => Read(file, entry));
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
