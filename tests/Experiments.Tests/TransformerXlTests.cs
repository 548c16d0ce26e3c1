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
