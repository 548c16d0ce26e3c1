using System.Collections.Immutable;
using Compression.Core.Contracts;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Lm1b;

/// <summary>What a run reads: the vocabulary, the training shards, the held-out shard.</summary>
/// <param name="Vocabulary">Of as many words as the model has.</param>
/// <param name="Training">Dealt to the workers.</param>
/// <param name="Heldout">Evaluated.</param>
/// <param name="Tokens">Targets of one pass over the training shards.</param>
public sealed record Lm1bCorpus(WordVocabulary Vocabulary, ShardFolder Training, ShardFolder Heldout, long Tokens)
{
    /// <summary>The vocabulary's name within <c>--datadir</c>.</summary>
    public const string VocabularyFile = "1b_word_vocab.txt";

    /// <summary>In one line.</summary>
    public string Description => FormattableString.Invariant(
        $"{Training.Files.Count} training {Plural.Of(Training.Files.Count, "shard")} of {Tokens:N0} {Plural.Of(Tokens, "token")}, {Heldout.Files.Count} held-out, {Vocabulary.Count:N0} {Plural.Of(Vocabulary.Count, "word")}");

    /// <summary>Checksums for the run's records.</summary>
    public IReadOnlyDictionary<string, string> Sha256 => ImmutableDictionary<string, string>.Empty.Add(VocabularyFile, Vocabulary.Sha256);

    /// <summary>What all ranks must have alike: the vocabulary, and name and size of each shard, of which every worker reads its own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parts() =>
    [
        KeyValuePair.Create(VocabularyFile, $"SHA-256 {Vocabulary.Sha256[..16]}"),
        KeyValuePair.Create("vocabulary", $"SHA-256 {Vocabulary.Fingerprint()[..16]}"),
        KeyValuePair.Create("training shards", $"{Training.Files.Count} with {Tokens} {Plural.Of(Tokens, "token")}"),
        .. Training.Files.Concat(Heldout.Files).Select(file => KeyValuePair.Create(Path.GetFileName(file), $"{new FileInfo(file).Length} {Plural.Of(new FileInfo(file).Length, "byte")}")),
    ];

    /// <summary>Steps in which all workers together read as many tokens as there are. Each worker begins its shards anew when it has read them.</summary>
    public int StepsPerEpoch(Lm1bHyperparameters hyper, int workers)
    {
        long tokensAStep = (long)hyper.BatchSize * hyper.NumSteps * workers;
        return (int)Math.Clamp((Tokens + tokensAStep - 1) / tokensAStep, 1, int.MaxValue);
    }

    /// <summary>A worker's batches, without end.</summary>
    public SentenceBatches BatchesOf(int worker, int workers, Lm1bHyperparameters hyper, long seed) => SentenceBatches.Forever(
        Vocabulary, Training.For(worker, workers), hyper.BatchSize, hyper.NumSteps, RandomKey.Mix((ulong)seed, worker, 0, -1, RandomPurpose.Order));

    /// <summary>What is odd about the shards, a line each, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Opens <c>--datadir</c>; reads the vocabulary and counts the text.</summary>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: files are missing or damaged.</exception>
    public static Lm1bCorpus Open(string datadir, int vocabulary)
    {
        string path = Path.Combine(datadir, VocabularyFile);
        var words = WordVocabulary.Read(path, path).First(vocabulary);
        var training = ShardFolder.Find(datadir, heldout: false);
        var heldout = ShardFolder.Find(datadir, heldout: true);
        var warnings = new List<string>();
        long tokens = training.CountTokens(warnings);
        heldout.CountTokens(warnings);
        return new Lm1bCorpus(words, training, heldout, tokens) { Warnings = warnings };
    }
}
