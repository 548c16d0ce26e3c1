using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Compression.Experiments.Tests;

/// <summary>Command lines of GradComp mean here what they mean there.</summary>
public sealed class GradCompTests
{
    private const string Historic =
        "--data ../datasets/ptb --num_layers 2 --init_lr 20.0 --bptt 43 --dropout 0.7003 --lr_decay 0.0 --epochs 70 --eval_batch_size 10 "
        + "--test_batch_size 10 --seed 1111 --log_interval 1 --clip 0.25 --use_gpu true --emb_size 700 --num_hid 700 --num_workers 1 "
        + "--batch_size 128 --compressor topk --compress_ratio 0.001 --memory residual --exp_name Test_Experiment --project_name Test_Project";

    [Fact]
    public void The_historic_line_keeps_its_rate_and_asks_for_CUDA_alone()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(Path.Combine("repository", "datasets", "ptb"), lines: 6000);
        if (!TorchSharp.torch.cuda.is_available())
        {
            var refused = sandbox.Run(Historic);
            Assert.Equal(3, refused.Code);
            Assert.Contains("--use_gpu", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }

        var outcome = sandbox.Run(Historic.Replace("--use_gpu true", "--use_gpu false", StringComparison.Ordinal) + " --max_steps 1 --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal("gradcomp", Options(sandbox)["lr_schedule"]);
        Assert.Equal("0", Options(sandbox)["lr_decay"]);
    }

    /// <summary>GradComp's loop: at the start of epoch e, counted from 1, the rate is multiplied by (1/(1+D)) to the power max(e − 6, 0).</summary>
    [Theory]
    [InlineData("0.0")]
    [InlineData("0.1")]
    [InlineData("1.5")]
    public void Lr_decay_alone_is_GradComps_rule(string decay)
    {
        const int Epochs = 10;
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 20);
        var outcome = sandbox.Run($"--data corpus --init_lr 3 --lr_decay {decay} --epochs {Epochs} --out run {Sandbox.TinyModel.Replace("--log_interval 2", "--log_interval 1", StringComparison.Ordinal)}");
        Assert.True(outcome.Code == 0, outcome.Errors);

        double factor = 1 / (1 + double.Parse(decay, CultureInfo.InvariantCulture)), rate = 3;
        var seen = Rates(sandbox).GroupBy(row => (int)Math.Ceiling(row.Epoch)).ToDictionary(epoch => epoch.Key, epoch => epoch.Select(row => row.Rate).Distinct().ToList());
        Assert.Equal(Epochs, seen.Count);
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            rate *= Math.Pow(factor, Math.Max(epoch - 6, 0));
            Assert.Equal(rate, Assert.Single(seen[epoch]), 1e-5 * rate);
        }
    }

    [Theory]
    [InlineData("", "plateau", 0, 0)]
    [InlineData("--lr_decay 0.5", "gradcomp", 0.5, 0)]
    [InlineData("--lr_decay 0.5 --decay_after 2", "step", 0.5, 2)]
    [InlineData("--lr_schedule step --lr_decay 0.5", "step", 0.5, 0)]
    [InlineData("--lr_schedule constant", "constant", 0, 0)]
    [InlineData("--preset zaremba-small", "step", 0.5, 4)]
    [InlineData("--preset zaremba-small --lr_decay 0.7", "step", 0.7, 4)]
    [InlineData("--preset zaremba-small --lr_schedule step", "step", 0.5, 4)]
    [InlineData("--preset zaremba-small --lr_schedule plateau", "plateau", 0, 0)]
    [InlineData("--preset zaremba-small --lr_schedule gradcomp --lr_decay 2", "gradcomp", 2, 0)]
    [InlineData("--preset pytorch-1500-tied --tied false", "plateau", 0, 0)]
    [InlineData("--preset gradcomp", "gradcomp", 0, 0)]
    [InlineData("--preset gradcomp --lr_decay 0.2", "gradcomp", 0.2, 0)]
    [InlineData("--data sample", "step", 0.5, 3)]
    [InlineData("--data sample --lr_decay 0", "gradcomp", 0, 0)]
    [InlineData("--data sample --decay_after 5", "step", 0.5, 5)]
    public void The_schedule_is_the_commands_or_the_presets(string words, string schedule, double decay, double after)
    {
        using var sandbox = new Sandbox();
        string data = words.Contains("--data", StringComparison.Ordinal) ? "" : "--data corpus ";
        sandbox.WriteCorpus(lines: 40);
        var outcome = sandbox.Run($"{data}{words} --max_steps 1 --out run {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        var options = Options(sandbox);
        Assert.Equal((schedule, decay, after), (options["lr_schedule"], Number(options["lr_decay"]), Number(options["decay_after"])));
    }

    [Theory]
    [InlineData("--preset zaremba-small", 20)]
    [InlineData("--preset zaremba-small --optim adamw", 0.001)]
    [InlineData("--optim adam", 0.001)]
    [InlineData("--preset zaremba-small --optim adamw --init_lr 0.002", 0.002)]
    public void The_rate_of_a_preset_is_of_sgd(string words, double rate)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus(lines: 40);
        var outcome = sandbox.Run($"--data corpus {words} --max_steps 1 --out run {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(rate, Number(Options(sandbox)["init_lr"]));
    }

    [Theory]
    [InlineData("--lr_schedule plateau --lr_decay 0.5", "--lr_decay")]
    [InlineData("--lr_schedule constant --lr_decay 0.5", "--lr_decay")]
    [InlineData("--lr_schedule step", "--lr_decay")]
    [InlineData("--lr_schedule step --lr_decay 1.5", "--lr_decay")]
    [InlineData("--decay_after 3", "--decay_after")]
    [InlineData("--lr_schedule gradcomp --decay_after 3", "--decay_after")]
    [InlineData("--save a --save_weights b", "--save_weights")]
    [InlineData("--alpha 2 --variance_alpha 3", "--variance_alpha")]
    public void What_a_schedule_does_not_read_is_refused_by_name(string words, string option)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"--data corpus {words} --max_steps 1 --out run {Sandbox.TinyModel}");
        Assert.Equal(2, outcome.Code);
        Assert.Contains(option, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--compressor terngrad --clip_const 17.1", "dense+terngrad(clip=17.1)")]
    [InlineData("--compressor adacomp --comp_const 3", "adacomp(bin=500,compensation=3)+sign(magnitude=sparsifier)")]
    [InlineData("--compressor varbased --alpha 1.5", "variance(alpha=1.5,zeta=0.999,micro_batches=4)+exponent")]
    [InlineData("--compressor topk --compress_ratio 1.0", "topk(ratio=1,scope=slot)+float32")]
    [InlineData("--compressor efsigntopk --compress_ratio 0.1", "topk(ratio=0.1,scope=slot)+sign(magnitude=mean)")]
    [InlineData("--compressor terngradtopk --compress_ratio 0.1 --clip_const 44", "topk(ratio=0.1,scope=slot)+terngrad(clip=44)")]
    [InlineData("--compressor efsignadacomp --comp_const 2.35", "adacomp(bin=500,compensation=2.35)+sign(magnitude=mean)")]
    [InlineData("--compressor terngradadacomp --comp_const 2.35 --clip_const 26", "adacomp(bin=500,compensation=2.35)+terngrad(clip=26)")]
    [InlineData("--compressor terngradadacomp", "adacomp(bin=500,compensation=1)+terngrad(clip=2.5)")]
    [InlineData("--preset gradcomp --compressor terngradadacomp", "adacomp(bin=500,compensation=3)+terngrad(clip=17.1)")]
    [InlineData("--preset gradcomp --compressor terngradadacomp --clip_const 5", "adacomp(bin=500,compensation=3)+terngrad(clip=5)")]
    [InlineData("--preset gradcomp --compressor efsigntopk", "topk(ratio=1,scope=slot)+sign(magnitude=mean)")]
    public void Names_and_options_of_compressors_act_and_the_preset_has_GradComps_defaults(string words, string compressor)
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"--data corpus {words} --max_steps 2 --checkpoint_every 1 --out run {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.DoesNotContain("no effect", outcome.Output + outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(compressor, Options(sandbox)["resolved_compressor"]);

        // A resumed run is composed of the same, the preset's part included.
        var resumed = sandbox.Run("--resume latest --out run --max_steps 3");
        Assert.True(resumed.Code == 0, resumed.Errors);
        Assert.Equal(compressor, Options(sandbox)["resolved_compressor"]);
    }

    [Fact]
    public void A_ratio_of_one_sends_everything()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        string[] hashes = [.. new[] { "--compressor none", "--compressor topk --compress_ratio 1.0 --memory residual" }.Select((words, i) =>
        {
            var outcome = sandbox.Run($"--data corpus {words} --max_steps 4 --out run{i} {Sandbox.TinyModel}");
            Assert.True(outcome.Code == 0, outcome.Errors);
            using var summary = JsonDocument.Parse(File.ReadAllText(sandbox.At($"run{i}", "summary.json")));
            return summary.RootElement.GetProperty("final_parameters_sha256").GetString()!;
        })];
        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public void Save_leaves_the_weights_of_the_end_in_its_folder()
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        var outcome = sandbox.Run($"--data corpus --save models/best --max_steps 2 --out one {Sandbox.TinyModel}");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(0, sandbox.Run($"--data corpus --save_weights other.safetensors --max_steps 2 --out two {Sandbox.TinyModel}").Code);
        Assert.Equal(
            SHA256.HashData(File.ReadAllBytes(sandbox.At("other.safetensors"))), SHA256.HashData(File.ReadAllBytes(sandbox.At("models", "best", "model.safetensors"))));
    }

    private static Dictionary<string, string> Options(Sandbox sandbox)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(sandbox.At("run", "config.json")));
        return document.RootElement.GetProperty("options").EnumerateObject().ToDictionary(option => option.Name, option => option.Value.ToString());
    }

    private static List<(double Epoch, double Rate)> Rates(Sandbox sandbox)
    {
        string[][] rows = [.. File.ReadAllLines(sandbox.At("run", "metrics.csv")).Select(line => line.Split(','))];
        int epoch = rows[0].ToList().IndexOf("epoch"), rate = rows[0].ToList().IndexOf("learning_rate");
        return [.. rows.Skip(1).Select(row => (Number(row[epoch]), Number(row[rate])))];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
