using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Experiments.Tests;

public sealed class DataLm1bTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    [Fact]
    public void Generated_shards_can_be_copied_split_and_counted()
    {
        Succeed("data lm1b --generate --sentences 300 --shards 2 --vocab_size 40 --to made");
        Assert.Equal(2, ShardFolder.Find(_sandbox.At("made"), heldout: false).Files.Count);
        Assert.Contains("generated too", Succeed("data lm1b --generate --tokens 2000 --vocab_size 40 --seed 2 --to other"), StringComparison.Ordinal);
        Assert.Contains("words of 2 shards", Succeed("data lm1b --from made --to copy --build_vocab --vocab_size 30"), StringComparison.Ordinal);
        Assert.Equal(30, WordVocabulary.Read(_sandbox.At("copy", WordVocabulary.FileName), "v").Count);
        Assert.Contains("vocab_size=40", Succeed("data lm1b --split 250 --shards 4 --from made --to small"), StringComparison.Ordinal);
        Assert.Equal(4, ShardFolder.Find(_sandbox.At("small"), heldout: false).Files.Count);
    }

    [Fact]
    public void The_held_out_shard_is_found_where_the_corpora_are()
    {
        _sandbox.Variables["COMPRESSION_DATA"] = _sandbox.At("data");
        string folder = Directory.CreateDirectory(_sandbox.At("data", "lm1b", ShardFolder.HeldoutFolder)).FullName;
        File.WriteAllText(Path.Combine(folder, ShardFolder.HeldoutFile), "a b\nb c\nc d\n");
        Assert.Contains("all of the training sentences", Succeed("data lm1b --split 2 --shards 1"), StringComparison.Ordinal);
        Assert.Equal(5, WordVocabulary.Read(_sandbox.At("repository", "datasets", "lm1b-small", WordVocabulary.FileName), "v").Count);
        Assert.Contains("most frequent", Succeed("data lm1b --generate --sentences 20 --shards 1 --vocab_size 9"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--split 5 --generate", ExitCode.Usage, "--generate and --split")]
    [InlineData("--generate --from x", ExitCode.Usage, "--from")]
    [InlineData("--words x", ExitCode.Usage, "--words")]
    [InlineData("--tokens 5", ExitCode.Usage, "--tokens")]
    [InlineData("--vocab_size 5", ExitCode.Usage, "--vocab_size")]
    [InlineData("--generate --vocab_size 2", ExitCode.Usage, "nearest is 3")]
    [InlineData("--generate --sentences 3 --shards 4", ExitCode.Usage, "most shards are 3")]
    [InlineData("--split 5", ExitCode.Environment, "--from")]
    [InlineData("--split 5 --from nowhere", ExitCode.Environment, "no such folder")]
    [InlineData("--from nowhere", ExitCode.Environment, "nowhere")]
    [InlineData("--build_vocab", ExitCode.Environment, "no such folder")]
    public void What_cannot_be_done_is_one_line(string options, ExitCode code, string says)
    {
        var outcome = _sandbox.Run($"data lm1b --to to {options}");
        Assert.Equal((int)code, outcome.Code);
        Assert.Contains(says, Assert.Single(outcome.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_of_another_corpus_are_not_mixed_with()
    {
        Succeed("data lm1b --generate --sentences 20 --shards 1 --vocab_size 9 --to made");
        Assert.Contains("holds training shards already", Assert.Single(_sandbox.Run("data lm1b --generate --to made").ErrorLines), StringComparison.Ordinal);
    }

    public void Dispose() => _sandbox.Dispose();

    private string Succeed(string commandLine)
    {
        var outcome = _sandbox.Run(commandLine);
        Assert.True(outcome.Code == 0, outcome.Errors);
        return outcome.Output;
    }
}
