using System.Text.Json;

namespace Compression.Experiments.Tests;

/// <summary><c>--method</c>: published settings under one name.</summary>
public sealed class MethodTests
{
    private const string Text = "--data corpus --virtual_workers 2 --max_steps 4 --out run";

    [Theory]
    [InlineData("diloco --local_steps 2", "adamw", 0.001, 2, "dense+float32", "none")]
    [InlineData("sparseloco --local_steps 2", "adamw", 0.001, 2, "chunktopk(ratio=0.03,chunk=4096)+levels2(range=6)", "residual(beta=0.95,gamma=1)")]
    [InlineData("sparseloco --compress_ratio 0.01 --optim sgd --init_lr 3", "sgd", 3, 30, "chunktopk(ratio=0.01,chunk=4096)+levels2(range=6)", "residual(beta=0.95,gamma=1)")]
    [InlineData("demo", "sgd", 0.001, 1, "dcttopk(k=32,tile=64)+float32", "demo(decay=0.999)")]
    [InlineData("demo --preset zaremba-small --dct_k 8 --memory demo(decay=0.9)", "sgd", 0.001, 1, "dcttopk(k=8,tile=64)+float32", "demo(decay=0.9)")]
    public void A_method_sets_options_that_others_overrule_and_a_resumed_run_has_the_same(
        string words, string optimizer, double rate, int localSteps, string compressor, string memory)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 40);
        var outcome = sandbox.Run($"--method {words} {Text} --checkpoint_every 3 {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.DoesNotContain("no effect", outcome.Output + outcome.Errors, StringComparison.Ordinal);
        void AssertOptions()
        {
            var options = Options(sandbox);
            Assert.Equal((optimizer, rate, localSteps), (options["optim"].GetString()!, options["init_lr"].GetDouble(), options["local_steps"].GetInt32()));
            Assert.Equal((compressor, memory), (options["resolved_compressor"].GetString()!, options["resolved_memory"].GetString()!));
        }

        AssertOptions();
        var resumed = sandbox.Run("--resume latest --out run --max_steps 5");
        Assert.True(resumed.Code == 0, resumed.Errors);
        AssertOptions();
    }

    [Theory]
    [InlineData("--method diloc", "the nearest is diloco")]
    [InlineData("model-parallel --method diloco", "--optim adamw, which model-parallel does not have")]
    [InlineData("lm1b --method demo", "which lm1b does not have")]
    public void A_method_that_cannot_be_had_is_refused_with_the_way_to_one(string words, string cure)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"{words} --out run");
        Assert.Equal(2, outcome.Code);
        Assert.Contains(cure, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_method_than_the_resumed_runs_is_refused()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        Assert.Equal(0, sandbox.Run($"--method demo {Text} --checkpoint_every 3 {Sandbox.TinyModel}").Code);
        var outcome = sandbox.Run("--resume latest --out run --method diloco");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("has method demo; leave --method away", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Transformer_xl_has_the_methods_too()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 40);
        var outcome = sandbox.Run($"transformer-xl --dataset ptb --data corpus --method sparseloco --local_steps 2 --virtual_workers 2 --max_step 4 --eval_interval 4 --out run --n_layer 1 --d_model 8 --n_head 1 --d_head 8 --d_inner 8 --batch_size 2 --tgt_len 4 --mem_len 4 --eval_tgt_len 4 --threads 1");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal("adamw", Options(sandbox)["optim"].GetString());
    }

    private static Dictionary<string, JsonElement> Options(Sandbox sandbox) =>
        JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json"))).RootElement.GetProperty("options").EnumerateObject().ToDictionary(option => option.Name, option => option.Value);
}
