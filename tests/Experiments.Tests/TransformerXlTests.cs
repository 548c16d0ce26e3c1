using Compression.Tracking.Tests.TensorBoard;
using Compression.Training.Checkpoints;

namespace Compression.Experiments.Tests;

/// <summary>The verb from the command line to the run's folder.</summary>
public sealed class TransformerXlTests
{
    private const string Tiny =
        "transformer-xl --dataset ptb --data corpus --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --mem_len 5 --eval_tgt_len 5 "
        + "--batch_size 4 --eval_batch_size 2 --threads 1 --log_interval 2";

    [Theory]
    [InlineData("one_machine", "186,707,675", "-n 8", "768")]
    [InlineData("test_16", "297,051,220", "-n 128", "2,048")]
    public void A_dry_run_prints_parameters_memory_and_command_and_writes_nothing(string config, string parameters, string ranks, string sequences)
    {
        using var sandbox = new Sandbox();
        Directory.CreateDirectory(sandbox.At("repository"));
        var before = sandbox.Snapshot();
        var outcome = sandbox.Run($"transformer-xl --config {config} --dry_run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Matches($@"parameters +{parameters}\n", outcome.Output);
        Assert.Contains("no wt103 at hand", outcome.Output, StringComparison.Ordinal);
        Assert.Matches($@"sequences a step +{sequences}\n", outcome.Output);
        Assert.Contains($"mpiexec.mpich {ranks} ./run.sh transformer-xl --config {config}", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("MiB (lamb)", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Snapshot());
    }

    [Fact]
    public void A_run_is_trained_continued_evaluated_and_goes_on_with_a_text()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var whole = sandbox.Run($"{Tiny} --max_step 8 --checkpoint_every 4 --compressor topk(ratio=0.1) --virtual_workers 2 --work_dir run");
        Assert.True(whole.Code == 0, whole.Errors);
        Directory.Delete(sandbox.At("run", "checkpoints", "step-000008"), recursive: true);
        string before = File.ReadAllText(sandbox.At("run", "summary.json"));
        var resumed = sandbox.Run("transformer-xl --restart --logdir run");
        Assert.True(resumed.Code == 0, resumed.Errors);
        static string Sha256(string json) => json[json.IndexOf("final_parameters_sha256", StringComparison.Ordinal)..][..95];
        Assert.Equal(Sha256(before), Sha256(File.ReadAllText(sandbox.At("run", "summary.json"))));

        var evaluated = sandbox.Run("transformer-xl --eval_only --resume run");
        Assert.True(evaluated.Code == 0, evaluated.Errors);
        string last = File.ReadLines(sandbox.At("run", "evaluations.csv")).Last();
        Assert.Contains($"test: loss {double.Parse(last.Split(',')[4], System.Globalization.CultureInfo.InvariantCulture):F6}", evaluated.Output, StringComparison.Ordinal);

        var text = sandbox.Run(["transformer-xl", "--generate", "the cat", "--tokens", "7", "--resume", "run"]);
        Assert.True(text.Code == 0, text.Errors);
        Assert.StartsWith("the cat", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_evaluate_to_one_perplexity()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string options = Tiny.Replace("--eval_batch_size 2", "--eval_batch_size 4 --optim sgd", StringComparison.Ordinal);
        Assert.Equal(0, sandbox.Run($"{Tiny} --max_step 20 --lr 0.03 --init_std 0.5 --save_weights weights.safetensors --out trained").Code);
        var perplexities = new List<(double Valid, double Test)>();
        foreach (int ranks in new[] { 1, 2, 4 })
        {
            var outcome = Apphost.Run(sandbox, $"{options} --init_weights weights.safetensors --lr 1e-30 --max_step 1 --num_workers {ranks} --out {ranks}-ranks");
            Assert.True(outcome.Code == 0, outcome.Errors);
            var summary = TrainingRunTests.Summary(sandbox, $"{ranks}-ranks");
            perplexities.Add((summary.GetProperty("valid_perplexity").GetDouble(), summary.GetProperty("test_perplexity").GetDouble()));
        }

        Assert.InRange(perplexities[0].Valid, 1.01, 100);
        Assert.All(perplexities, perplexity => Assert.Equal(perplexities[0].Valid, perplexity.Valid, 1e-6));
        Assert.All(perplexities, perplexity => Assert.Equal(perplexities[0].Test, perplexity.Test, 1e-6));
    }

    [Fact]
    public void Ranks_skip_a_step_together_when_the_gradient_of_one_overflows()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Apphost.Run(sandbox, $"{Tiny} --fp16 true --loss_scale 1e42 --max_step 20 --compressor topk(ratio=0.1) --num_workers 2 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("bfloat16 stands in", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Step 1: loss or gradient of worker", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the loss scale falls to 5E+41, and all workers skip it", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(20, TrainingRunTests.Summary(sandbox, "run").GetProperty("steps").GetInt32());
        Assert.True(TrainingRunTests.Summary(sandbox, "run").GetProperty("bytes").GetProperty("wire_total").GetInt64() > 0);
    }

    [Theory]
    [InlineData("layers.0.pos_ff.layer_norm.bias", "", "has no tensor layers.0.pos_ff.layer_norm.bias")]
    [InlineData("", "layers.9.stray", "holds layers.9.stray")]
    public void A_checkpoint_with_a_tensor_too_few_or_too_many_is_refused_by_its_name(string leftOut, string added, string told)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{Tiny} --max_step 4 --checkpoint_every 4 --out run").Code);
        string checkpoint = sandbox.At("run", "checkpoints", "step-000004"), model = Path.Combine(checkpoint, "model.safetensors");
        string copy = sandbox.At("changed.safetensors");
        using (var file = SafetensorsFile.Open(model))
        {
            TensorEntry[] entries = [.. file.Tensors.Where(entry => entry.Name != leftOut), .. added.Length > 0 ? [new TensorEntry(added, TensorType.F32, [3])] : Array.Empty<TensorEntry>()];
            SafetensorsWriter.Save(copy, entries, writer =>
            {
                foreach (var entry in entries)
                {
                    float[] values = new float[entry.Length];
                    if (entry.Name != added)
                    {
                        file.Read(entry.Name, values);
                    }

                    writer.Write(entry.Name, values);
                }
            });
        }

        // As a tool would leave it that rewrites the list of checksums too.
        File.Move(copy, model, overwrite: true);
        string list = Path.Combine(checkpoint, "SHA256SUMS");
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(model)));
        File.WriteAllText(list, string.Concat(File.ReadAllLines(list).Select(line => $"{(line.EndsWith("  model.safetensors", StringComparison.Ordinal) ? sha256 + line[64..] : line)}\n")));
        var outcome = sandbox.Run("transformer-xl --resume run --max_step 8");
        Assert.Equal(5, outcome.Code);
        Assert.Contains(told, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_other_heads_are_refused()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"{Tiny} --max_step 1 --save_weights weights.safetensors --out run").Code);
        var outcome = sandbox.Run($"{Tiny.Replace("--n_head 2", "--n_head 4", StringComparison.Ordinal)} --init_weights weights.safetensors --out other");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("n_head 4, d_head 4", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Scaling_is_a_table_by_machines()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = Apphost.Run(sandbox, $"bench scaling --machines 1,2 --steps 4 --out scaling -- {Tiny["transformer-xl ".Length..].Replace(" --threads 1 --log_interval 2", "", StringComparison.Ordinal)}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string[][] rows = [.. outcome.Output.Split('\n').Where(line => line.Contains('%', StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["1", "2"], rows.Select(row => row[0]));
        Assert.Equal(["1", "2"], rows.Select(row => row[1]));
        double[][] figures = [.. rows.Select(row => row[2..6].Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];

        // Milliseconds, examples, tokens, efficiency: 4 sequences of 5 words a worker.
        foreach (var (row, workers) in Pairs.Of(figures, [1, 2]))
        {
            Assert.Equal(4000.0 * workers / row[1], row[0], 0.051);
            Assert.Equal(5 * row[1], row[2], 0.02 * row[2]);
            Assert.Equal(100 * row[1] / workers / figures[0][1], row[3], 2.0);
        }

        Assert.Equal("100.0", rows[0][7]);
        Assert.Equal("96.4", rows[1][7]);
        Assert.Contains("446 examples/s", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorBoard_shows_the_published_curves_over_tokens()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"{Tiny} --max_step 8 --eval_interval 4 --virtual_workers 2 --tensorboard true --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string file = Assert.Single(Directory.GetFiles(sandbox.At("run", "tensorboard", "tokens")));
        var points = EventFileReader.Read(file).Where(one => one.Has(5))
            .Select(one => (Tokens: one.Integer(2), Tag: one.Message(5).Message(1).Text(1), Value: one.Message(5).Message(1).Float(2))).ToList();
        // Two steps a row, of 2 workers, 4 sequences and 5 words.
        long[] atRows = [80, 160, 240, 320], atEvaluations = [160, 320];
        string[] rows = File.ReadAllLines(sandbox.At("run", "metrics.csv"))[1..];
        float[] Column(int column) => [.. rows.Select(row => float.Parse(row.Split(',')[column], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(Column(3), Curve("learning/loss", atRows));
        Assert.Equal(Column(4), Curve("learning/lr", atRows));
        Pairs.AssertClose(Curve("learning/loss", atRows).Select(MathF.Exp), Curve("learning/ppl", atRows), 1e-3);
        Pairs.AssertClose(Curve("learning/val_loss", atEvaluations).Select(MathF.Exp), Curve("learning/val_ppl", atEvaluations), 1e-3);
        Assert.Equal([8, 8, 8, 8], Curve("sizes/batch_size", atRows));
        Assert.Equal([5, 5, 5, 5], Curve("sizes/seq_size", atRows));
        Assert.All(
            Pairs.Of(Curve("sizes/params", atRows), Curve("sizes/non_emb_params", atRows)), pair => Assert.True(pair.First > pair.Second && pair.Second > 0));
        float[] step = Curve("times/step", atRows), samples = Curve("times/samples_per_sec", atRows);
        Assert.All(Pairs.Of(step, samples), pair => Assert.Equal(8 * 1000 / pair.First, pair.Second, 1e-3f * pair.Second));
        Assert.All(Pairs.Of(Curve("times/tokens_per_sec", atRows), samples), pair => Assert.Equal(pair.First, 5 * pair.Second, 1e-3f * pair.First));
        Assert.All(Pairs.Of(step, Curve("times/backwards", atRows)), pair => Assert.InRange(pair.Second, float.Epsilon, pair.First));

        float[] Curve(string tag, long[] tokens)
        {
            var curve = points.Where(point => point.Tag == tag).ToList();
            Assert.Equal(tokens, curve.Select(point => point.Tokens));
            return [.. curve.Select(point => point.Value)];
        }
    }

    [Fact]
    public void A_published_set_up_with_fewer_workers_says_so_and_keeps_the_rate_of_its_batch()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run(
            $"{Tiny} --config one_machine --cutoffs 3 --max_tokens 60 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("one_machine names 8 workers, here are 1", outcome.Output, StringComparison.Ordinal);
    }
}
