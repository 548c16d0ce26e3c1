using Compression.Tracking.Tests.TensorBoard;

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
    public void TensorBoard_shows_the_published_curves_over_tokens()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"{Tiny} --max_step 8 --eval_interval 4 --virtual_workers 2 --tensorboard true --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        string file = Assert.Single(Directory.GetFiles(sandbox.At("run", "tensorboard", "tokens")));
        var points = EventFileReader.Read(file).Where(one => one.Has(5))
            .Select(one => (Tokens: one.Integer(2), Tag: one.Message(5).Message(1).Text(1), Value: one.Message(5).Message(1).Float(2))).ToList();
        (long Tokens, float Value)[] Curve(string tag) => [.. points.Where(point => point.Tag == tag).Select(point => (point.Tokens, point.Value))];

        // Two steps a row, of 2 workers, 4 sequences and 5 words.
        Assert.Equal([80, 160, 240, 320], Curve("learning/loss").Select(point => point.Tokens));
        Assert.Equal([160L, 320], Curve("learning/val_loss").Select(point => point.Tokens));
        string[] rows = File.ReadAllLines(sandbox.At("run", "metrics.csv"))[1..];
        Assert.Equal(rows.Select(row => float.Parse(row.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture)), Curve("learning/loss").Select(point => point.Value));
        Assert.All(Curve("learning/loss").Zip(Curve("learning/ppl")), pair => Assert.Equal(MathF.Exp(pair.First.Value), pair.Second.Value, 1e-3f));
        Assert.All(Curve("learning/val_loss").Zip(Curve("learning/val_ppl")), pair => Assert.Equal(MathF.Exp(pair.First.Value), pair.Second.Value, 1e-3f));
        Assert.All(Curve("sizes/batch_size"), point => Assert.Equal(8, point.Value));
        Assert.All(Curve("sizes/seq_size"), point => Assert.Equal(5, point.Value));
        Assert.Equal(rows.Select(row => float.Parse(row.Split(',')[4], System.Globalization.CultureInfo.InvariantCulture)), Curve("learning/lr").Select(point => point.Value));
        Assert.All(Curve("sizes/params").Zip(Curve("sizes/non_emb_params")), pair => Assert.True(pair.First.Value > pair.Second.Value && pair.Second.Value > 0));
        Assert.All(Curve("times/step").Zip(Curve("times/samples_per_sec")), pair => Assert.Equal(8 * 1000 / pair.First.Value, pair.Second.Value, 1e-3f * pair.Second.Value));
        Assert.All(Curve("times/tokens_per_sec").Zip(Curve("times/samples_per_sec")), pair => Assert.Equal(pair.First.Value, 5 * pair.Second.Value, 1e-3f * pair.First.Value));
        Assert.All(Curve("times/step").Zip(Curve("times/backwards")), pair => Assert.InRange(pair.Second.Value, 0, pair.First.Value));
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
