using Compression.Core.Reporting;
using Compression.Experiments.Runs;

namespace Compression.Experiments.Tests;

/// <summary>
/// What all ranks must share is compared before the first step: ranks whose surroundings differ as those of two hosts would end together, with one line that names
/// the host, the thing and both values.
/// </summary>
[Collection(Processes.Name)]
public sealed class SharedByRanksTests
{
    private const string Xl = "transformer-xl --dataset ptb --n_layer 1 --n_head 2 --d_head 4 --d_model 8 --d_inner 8 --tgt_len 5 --mem_len 5 --eval_tgt_len 5 "
        + "--batch_size 4 --eval_batch_size 2 --threads 1 --max_step 2";

    private const string Mp = "model-parallel --emb_size 8 --num_hid 12 --num_layers 2 --batch_size 4 --buckets 8,16,60 --threads 1 --max_steps 2";

    private const string Ptb = "train --max_steps 2 " + Sandbox.TinyModel;

    private const string Lm1b = $"{Sandbox.TinyLm1b} --max_steps 2";

    public static TheoryData<string, string> DifferentData => new()
    {
        { $"{Ptb} --data corpus", "ptb.train.txt" },
        { $"{Xl} --data corpus", "ptb.train.txt" },
        { $"{Mp} --data corpus --stages 2", "ptb.train.txt" },
        { $"{Mp} --data corpus --stages 1", "ptb.train.txt" },
        { Lm1b, "1b_word_vocab.txt" },
        { $"{Lm1b} --run_option PS --sync false", "1b_word_vocab.txt" },
    };

    [Theory]
    [MemberData(nameof(DifferentData))]
    public void The_same_words_in_another_order_on_one_host_end_the_run(string arguments, string thing)
    {
        using var sandbox = TwoHosts();
        sandbox.WriteCorpus("host-0/corpus");
        sandbox.WriteBillionWords(name: "host-0/lm1b");
        string other = sandbox.WriteCorpus("host-1/corpus"), billion = sandbox.WriteBillionWords(name: "host-1/lm1b");
        Reverse(Path.Combine(other, "ptb.train.txt"), first: 0);
        ReverseWords(Path.Combine(billion, "1b_word_vocab.txt"), first: 2);
        Expect(sandbox, arguments, ExitCode.Environment, thing, "rank 0", "SHA-256");
    }

    [Fact]
    public void A_shard_that_is_shorter_on_one_host_ends_the_run()
    {
        using var sandbox = TwoHosts();
        sandbox.WriteBillionWords(name: "host-0/lm1b");
        string shard = Path.Combine(sandbox.WriteBillionWords(name: "host-1/lm1b"), "training-monolingual.tokenized.shuffled", "news.en-00002-of-00100");
        File.WriteAllLines(shard, File.ReadAllLines(shard).Skip(1));
        Expect(sandbox, Lm1b, ExitCode.Environment, "training shards", "tokens");
    }

    [Theory]
    [InlineData(Ptb)]
    [InlineData(Mp)]
    public void A_host_without_the_corpus_does_not_train_on_the_sample(string arguments)
    {
        using var sandbox = TwoHosts();
        sandbox.WriteCorpus("ptb-here/ptb");
        Expect(sandbox, arguments, ExitCode.Environment, "corpus", "sample", "ptb");
    }

    [Theory]
    [InlineData($"{Ptb} --data corpus")]
    [InlineData($"{Xl} --data corpus")]
    [InlineData($"{Mp} --data corpus")]
    [InlineData(Lm1b)]
    public void A_host_without_the_named_folder_ends_all_and_is_named(string arguments)
    {
        using var sandbox = TwoHosts();
        sandbox.WriteCorpus("host-0/corpus");
        sandbox.WriteBillionWords(name: "host-0/lm1b");
        Expect(sandbox, arguments, ExitCode.Environment, "rank 1 on ", "--data");
    }

    [Fact]
    public void A_host_with_another_recorded_configuration_or_another_checkpoint_ends_a_resumed_run()
    {
        using var sandbox = TwoHosts();
        sandbox.WriteCorpus();
        string run = sandbox.At("host-0", "run");
        var trained = Ranks(sandbox, $"{Ptb} --data {sandbox.At("corpus")} --checkpoint_every 1 --out {run}");
        Assert.True(trained.Code == 0, trained.Errors);
        Sandbox.Copy(run, sandbox.At("host-1", "run"));
        string config = sandbox.At("host-1", "run", "config.json"), text = File.ReadAllText(config);
        const string Resume = "train --resume run --max_steps 3";

        File.WriteAllText(config, text.Replace("\"epochs\": 40", "\"epochs\": 39", StringComparison.Ordinal));
        Expect(sandbox, Resume, ExitCode.Environment, "--epochs", "39", "40");

        File.WriteAllText(config, text.Replace("\"clip\": 0.25", "\"clip\": 0.5", StringComparison.Ordinal));
        Expect(sandbox, Resume, ExitCode.Checkpoint, "rank 1 on ", "clip", "0.25", "0.5");

        File.WriteAllText(config, text);
        Directory.Delete(sandbox.At("host-1", "run", "checkpoints", "step-000002"), recursive: true);
        Expect(sandbox, Resume, ExitCode.Environment, "checkpoint", "rank 0");
    }

    [Fact]
    public void The_first_fact_that_differs_or_is_missing_is_found()
    {
        SharedFact[] ours = [.. SharedFact.OfProgram(), new("--clip", "0.25", "cure")];
        Assert.Equal(["the program", "the program's build", "the processor", "--clip"], ours.Select(fact => fact.Name));
        Assert.All(ours, fact => Assert.NotEmpty(fact.Value));
        Assert.Null(SharedByRanks.FirstDifference(ours, ours));
        for (int i = 0; i < ours.Length; i++)
        {
            SharedFact[] theirs = [.. ours];
            theirs[i] = theirs[i] with { Value = "another" };
            Assert.Equal((theirs[i], "another", ours[i].Value), SharedByRanks.FirstDifference(theirs, ours));
            Assert.Equal((ours[i], null, ours[i].Value), SharedByRanks.FirstDifference([.. ours.Where(fact => fact != ours[i])], ours));
        }
    }

    // Two folders that the ranks work in, as two hosts would; a script gives each rank its own.
    private static Sandbox TwoHosts()
    {
        var sandbox = new Sandbox();
        for (int rank = 0; rank < 2; rank++)
        {
            Directory.CreateDirectory(sandbox.At($"host-{rank}"));
        }

        Directory.CreateDirectory(sandbox.At("repository"));
        string script = sandbox.At("host.sh");
        File.WriteAllText(
            script,
            $"""
            #!/bin/sh
            rank=$PMI_RANK$OMPI_COMM_WORLD_RANK
            cd '{sandbox.Folder}'/host-$rank
            [ $rank = 0 ] && export COMPRESSION_DATA='{sandbox.At("ptb-here")}'
            exec '{Apphost.Path}' "$@"
            """);
        return sandbox;
    }

    private static Outcome Ranks(Sandbox sandbox, string arguments) => Apphost.RunProgram(
        sandbox, "mpiexec.mpich", ["-n", arguments.Contains("--sync false", StringComparison.Ordinal) ? "3" : "2", "/bin/sh", sandbox.At("host.sh"), .. Sandbox.Split(arguments)]);

    private static void Expect(Sandbox sandbox, string arguments, ExitCode code, params string[] says)
    {
        if (arguments.Contains("--sync false", StringComparison.Ordinal))
        {
            Sandbox.Copy(sandbox.At("host-0"), sandbox.At("host-2"));
        }

        var outcome = Ranks(sandbox, arguments);
        string line = Assert.Single(outcome.Errors.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.True((int)code == outcome.Code, $"ended with {outcome.Code}: {outcome.Errors}");
        Assert.All([Environment.MachineName, .. says], word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.False(Directory.Exists(sandbox.At("host-0", "runs")), "The run has begun.");
    }

    private static void Reverse(string file, int first)
    {
        string[] lines = File.ReadAllLines(file);
        Array.Reverse(lines, first, lines.Length - first);
        File.WriteAllLines(file, lines);
    }

    // The counts of a vocabulary stay where they are, as they have to fall.
    private static void ReverseWords(string file, int first)
    {
        string[][] lines = [.. File.ReadLines(file).Select(line => line.Split(' '))];
        string[] words = [.. lines.Select(line => line[0])];
        Array.Reverse(words, first, words.Length - first);
        File.WriteAllLines(file, words.Zip(lines, (word, line) => $"{word} {line[1]}"));
    }
}
