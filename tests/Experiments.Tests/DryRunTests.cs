using System.Globalization;
using System.Text.RegularExpressions;
using Compression.Training.TransformerXl;

namespace Compression.Experiments.Tests;

/// <summary>A dry run goes the way of the run that it shows, up to the first step.</summary>
public sealed partial class DryRunTests
{
    private const string Sizes =
        "--n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 4 --mem_len 4 --eval_tgt_len 4 --batch_size 2 --eval_batch_size 2 --max_tokens 8 --warmup_tokens 0 --threads 1 --num_workers 1";

    private static readonly string[] s_datasets = ["wt103", "wt2", "ptb", "lm1b", "enwik8", "text8"];

    public static TheoryData<string> Configs => [.. LaunchTable.All.Select(table => table.Name).Append("none")];

    [Theory]
    [MemberData(nameof(Configs))]
    public void A_dry_run_of_every_set_up_and_text_ends_as_the_run_does_with_its_words_and_parameters(string config)
    {
        using var sandbox = new Sandbox();
        WriteTexts(sandbox);
        foreach (string dataset in s_datasets)
        {
            // Letters, bytes and sentences have tokens of their own, where the set-up wants byte pairs.
            int code = config.StartsWith("test_", StringComparison.Ordinal) && dataset is "lm1b" or "enwik8" or "text8" ? 2 : 0;
            Assert.Equal(code, Compare(sandbox, $"transformer-xl --config {config} --dataset {dataset} --data {dataset} {Sizes}"));
        }

        if (config.StartsWith("test_", StringComparison.Ordinal))
        {
            // Its clusters end beyond the words that a small text has.
            Assert.Equal(2, Compare(sandbox, $"transformer-xl --config {config} --dataset wt2 --data wt2 --bpe false {Sizes}"));
        }
    }

    [Theory]
    [InlineData(2, "--cutoffs 5,4")]
    [InlineData(2, "--cutoffs 5,100000")]
    [InlineData(2, "--batch_size 100000")]
    [InlineData(2, "--eval_batch_size 100000")]
    [InlineData(2, "--tgt_len 100000 --eval_tgt_len 4")]
    [InlineData(2, "--n_head 3 --attn_type 3 --mem_len 0")]
    [InlineData(2, "--compressor nothing")]
    [InlineData(2, "--bpe maybe")]
    [InlineData(2, "--init_weights nowhere.safetensors")]
    [InlineData(2, "--out occupied")]
    [InlineData(2, "--out ''")]
    [InlineData(2, "--out wt2/wiki.train.tokens")]
    [InlineData(3, "--data nowhere")]
    [InlineData(3, "--data cut")]
    [InlineData(3, "--use_gpu true")]
    [InlineData(3, "--wandb online")]
    [InlineData(5, "--resume nowhere")]
    [InlineData(2, "--data binary")]
    public void What_ends_a_run_before_its_first_step_ends_the_dry_run_alike(int code, string option)
    {
        if (option.Contains("use_gpu", StringComparison.Ordinal) && Training.TorchRuntime.Read().CudaDevices > 0)
        {
            return; // Then it ends nothing.
        }

        using var sandbox = new Sandbox();
        WriteTexts(sandbox);
        Directory.CreateDirectory(sandbox.At("occupied"));
        File.WriteAllText(sandbox.At("occupied", "summary.json"), "{}");
        Directory.CreateDirectory(sandbox.At("cut"));
        File.Copy(sandbox.At("wt2", "wiki.train.tokens"), sandbox.At("cut", "wiki.train.tokens"));
        Directory.CreateDirectory(sandbox.At("binary"));
        foreach (string split in (string[])["train", "valid", "test"])
        {
            File.WriteAllBytes(sandbox.At("binary", $"wiki.{split}.tokens"), [97, 0, 98, 10]);
        }

        Assert.Equal(code, Compare(sandbox, $"transformer-xl --dataset wt2 {(option.StartsWith("--data", StringComparison.Ordinal) ? "" : "--data wt2")} --adaptive true {Sizes} {option}"));
    }

    [Theory]
    [InlineData("wt103", "267,735")]
    [InlineData("wt2", "33,278")]
    [InlineData("ptb", "10,000")]
    [InlineData("lm1b", "793,470")]
    [InlineData("enwik8", "204")]
    [InlineData("text8", "27")]
    [InlineData("ptb --bpe true", "50,257")]
    public void Without_a_text_it_counts_with_the_published_number_of_words_and_says_so(string dataset, string words)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"transformer-xl --dataset {dataset} --dry_run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Matches($@"vocabulary +{words}\n", outcome.Output);
        Assert.Contains($"no {dataset.Split(' ')[0]} at hand", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(3, sandbox.Run($"transformer-xl --dataset {dataset} {Sizes}").Code);
    }

    [Fact]
    public void Without_a_text_options_are_checked_against_the_published_number_of_words()
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run("transformer-xl --config test_1 --dataset wt2 --bpe false --dry_run");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--cutoffs 20000,40000,50000: 40000 lies beyond the vocabulary of 33278 words", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("model-parallel")]
    [InlineData("lm1b")]
    public void Trainers_without_a_dry_run_refuse_it(string verb)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"{verb} --dry_run");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--dry_run", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--eval_only")]
    [InlineData("--generate the")]
    public void It_shows_training_alone(string option)
    {
        using var sandbox = new Sandbox();
        var outcome = sandbox.Run($"transformer-xl {option} --dry_run");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("--dry_run", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    // Returns the exit code, once both have the same, with the same words.
    private static int Compare(Sandbox sandbox, string command)
    {
        var before = sandbox.Snapshot();
        var dry = sandbox.Run($"{command} --dry_run");
        Assert.Equal(before, sandbox.Snapshot());
        string folder = sandbox.At("run");
        bool choosesFolder = command.Contains("--out", StringComparison.Ordinal);
        var run = sandbox.Run(choosesFolder ? command : $"{command} --out run");
        Assert.True(dry.Code == run.Code, $"{command}: {dry.Code} dry, {run.Code} in earnest; {dry.Errors}{run.Errors}");
        Assert.Equal(run.ErrorLines, dry.ErrorLines);
        if (run.Code == 0)
        {
            Assert.Equal(TrainingRunTests.Summary(sandbox, "run").GetProperty("parameters").GetInt64(), Number(ParametersLine(), dry.Output));
            Assert.Equal(Number(WordsInLog(), File.ReadAllText(sandbox.At("run", "log.txt"))), Number(VocabularyLine(), dry.Output));
            Directory.Delete(folder, recursive: true);
        }

        return run.Code;
    }

    private static long Number(Regex pattern, string text) => long.Parse(pattern.Match(text).Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static void WriteTexts(Sandbox sandbox)
    {
        Directory.CreateDirectory(sandbox.At("repository"));
        sandbox.WriteCorpus("ptb");
        sandbox.WriteBillionWords();
        foreach (string dataset in s_datasets.Except(["ptb", "lm1b"]))
        {
            Directory.CreateDirectory(sandbox.At(dataset));
            foreach (string split in (string[])["train", "valid", "test"])
            {
                string text = File.ReadAllText(sandbox.At("ptb", $"ptb.{split}.txt"));
                text = dataset == "text8" ? string.Join(' ', text.Select(c => c is ' ' or '\n' ? '_' : c)) : dataset == "enwik8" ? string.Join(' ', text.Select(c => (int)c)) : $" = A = \n{text}<unk>\n";
                File.WriteAllText(sandbox.At(dataset, dataset.StartsWith('w') ? $"wiki.{split}.tokens" : $"{split}.txt"), text);
            }
        }
    }

    [GeneratedRegex(@"\n  parameters +([\d,]+)\n")]
    private static partial Regex ParametersLine();

    [GeneratedRegex(@"\n  vocabulary +([\d,]+)\n")]
    private static partial Regex VocabularyLine();

    [GeneratedRegex(@"([\d,]+) (types|words of)")]
    private static partial Regex WordsInLog();
}
