using System.Text;

namespace Compression.Experiments.Tests;

/// <summary>Files that editors of other systems have written: what they hold that may not be meant is said once, and a byte order mark is no part of the text.</summary>
public sealed class OddFileTests : IDisposable
{
    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF];

    private readonly Sandbox _sandbox = new();

    [Theory]
    [InlineData($"train --data corpus --max_steps 2 {Sandbox.TinyModel}", 1)]
    [InlineData($"train --data corpus --max_steps 2 --num_workers 2 {Sandbox.TinyModel}", 1)]
    [InlineData("model-parallel --data corpus --max_steps 2 --num_hid 6 --emb_size 6 --num_layers 2 --threads 1", 1)]
    [InlineData("transformer-xl --dataset ptb --data corpus --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --eval_tgt_len 5 --batch_size 2 --eval_batch_size 2 --max_step 2 --threads 1", 1)]
    [InlineData($"{Sandbox.TinyLm1b} --max_steps 2", 2)]
    [InlineData($"{Sandbox.TinyLm1b} --max_steps 2 --num_workers 2", 2)]
    public void A_training_run_warns_once_for_each_file_whatever_its_ranks(string command, int files)
    {
        WriteOddCorpora();
        var outcome = Apphost.Run(_sandbox, $"{command} --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Equal(files, outcome.ErrorLines.Count(line => line.StartsWith("warning: ", StringComparison.Ordinal)));
        Assert.Equal(files, outcome.ErrorLines.Count(line => line.Contains("3 carriage returns without a line feed", StringComparison.Ordinal)));
        Assert.Contains("3 carriage returns without a line feed", File.ReadAllText(_sandbox.At("run", "log.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluation_warns_too()
    {
        WriteOddCorpora();
        Assert.Equal(0, _sandbox.Run($"train --data corpus --max_steps 2 --checkpoint_every 2 {Sandbox.TinyModel} --out run").Code);
        var outcome = _sandbox.Run("eval run");
        Assert.True(outcome.Code == 0, outcome.Errors);
        Assert.Contains("3 carriage returns without a line feed", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_whose_counts_rise_is_no_vocabulary()
    {
        _sandbox.WriteBillionWords();
        string file = _sandbox.At("lm1b", "1b_word_vocab.txt");
        string[] lines = File.ReadAllLines(file);
        lines[4] = "dog 98";
        File.WriteAllLines(file, lines);
        foreach (string command in (string[])[$"{Sandbox.TinyLm1b} --max_steps 2", "transformer-xl --dataset lm1b --data lm1b", "data lm1b --from lm1b --to other"])
        {
            var outcome = _sandbox.Run(command);
            Assert.Equal(3, outcome.Code);
            Assert.Contains("1b_word_vocab.txt, line 5: dog counts 98, more than the 97 of the line before", Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("localhost:2\n")]
    [InlineData("# two ranks\r\nlocalhost:2\r\n")]
    [InlineData("localhost:2\rlocalhost:2\r")]
    public void Hosts_of_ranks(string text)
    {
        _sandbox.WriteCorpus();
        foreach (byte[] before in (byte[][])[[], s_mark])
        {
            File.WriteAllBytes(_sandbox.At("hosts"), [.. before, .. Encoding.UTF8.GetBytes(text)]);
            var outcome = Apphost.Run(_sandbox, $"train --data corpus --max_steps 2 --num_workers 2 --hostfile hosts {Sandbox.TinyModel} --out run-{before.Length}");
            Assert.True(outcome.Code == 0, outcome.Errors);
        }
    }

    [Theory]
    [InlineData("localhost\0:2\n", "line 1")]
    [InlineData("localhost:2\n\u0001\n", "line 2")]
    public void Hosts_that_are_no_text_are_refused(string text, string told)
    {
        _sandbox.WriteCorpus();
        File.WriteAllText(_sandbox.At("hosts"), text);
        var outcome = _sandbox.Run($"train --data corpus --num_workers 2 --hostfile hosts {Sandbox.TinyModel}");
        Assert.Equal(2, outcome.Code);
        Assert.Contains(told, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost\n")]
    [InlineData("localhost\r\n\r\n")]
    public void Machines_of_LM_1B(string text)
    {
        _sandbox.WriteBillionWords();
        File.WriteAllBytes(_sandbox.At("machines"), [.. s_mark, .. Encoding.UTF8.GetBytes(text)]);
        var outcome = _sandbox.Run($"{Sandbox.TinyLm1b} --max_steps 2 --resource_info_file machines --out run");
        Assert.True(outcome.Code == 0, outcome.Errors);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Grids_of_sweeps(string lineEnd)
    {
        string grid = string.Join(lineEnd, "program: train", "method: grid", "metric: {name: test_perplexity, goal: minimize}", "parameters:", "  data: {value: corpus}", "  init_lr: {values: [1, 2]}", "");
        File.WriteAllText(_sandbox.At("plain.yaml"), grid.Replace("\r", "", StringComparison.Ordinal));
        File.WriteAllBytes(_sandbox.At("odd.yaml"), [.. s_mark, .. Encoding.UTF8.GetBytes(grid)]);
        _sandbox.WriteCorpus();
        var plain = _sandbox.Run("sweep run plain.yaml --dry_run");
        var odd = _sandbox.Run("sweep run odd.yaml --dry_run");
        Assert.True(plain.Code == 0, plain.Errors);
        Assert.Equal(plain.Output.Replace("plain", "odd", StringComparison.Ordinal), odd.Output);
    }

    public void Dispose() => _sandbox.Dispose();

    // One file of each corpus, and one shard of training and of held-out sentences, with three lines run together.
    private void WriteOddCorpora()
    {
        _sandbox.WriteCorpus();
        string shards = _sandbox.WriteBillionWords();
        foreach (string file in (string[])[_sandbox.At("corpus", "ptb.train.txt"), .. Directory.GetFiles(shards, "news*00001-of-00100", SearchOption.AllDirectories), .. Directory.GetFiles(shards, "news*heldout*", SearchOption.AllDirectories)])
        {
            string[] lines = File.ReadAllLines(file);
            File.WriteAllText(file, string.Join('\r', lines[..4]) + "\n" + string.Join('\n', lines[4..]) + "\n");
        }
    }
}
