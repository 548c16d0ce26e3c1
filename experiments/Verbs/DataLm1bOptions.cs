using Compression.Core.Catalog;

namespace Compression.Experiments.Verbs;

/// <summary>Options of <see cref="DataLm1b"/>.</summary>
public sealed record DataLm1bOptions
{
    /// <summary>Where the files are at hand.</summary>
    [Option("from", "the archive, or a folder that holds shards; empty: they are downloaded (of --split: looked for in COMPRESSION_DATA and in datasets)", Group = "Corpus", IsPath = true)]
    public string From { get; init; } = "";

    /// <summary>Where they go.</summary>
    [Option("to", "folder that they go to; empty: datasets/lm1b of the repository, or lm1b-small with --split and lm1b-generated with --generate", Group = "Corpus", IsPath = true)]
    public string To { get; init; } = "";

    /// <summary>Count words.</summary>
    [Option("build_vocab", "count the words of the training shards, and write 1b_word_vocab.txt", Group = "Vocabulary")]
    public bool BuildVocab { get; init; }

    /// <summary>Words.</summary>
    [Option("vocab_size", "lines of the vocabulary; 0: 793470 with --generate, and all words that occur 3 times with --build_vocab", Group = "Vocabulary", Min = 0, Max = 100_000_000)]
    public int VocabSize { get; init; }

    /// <summary>Words, or a vocabulary.</summary>
    [Option("words", "with --split: a vocabulary to use; with --generate: a held-out shard whose words are the most frequent ones; empty: looked for", Group = "Vocabulary", IsPath = true)]
    public string Words { get; init; } = "";

    /// <summary>A small corpus.</summary>
    [Option("split", "make a small corpus of the held-out shard: so many sentences for training, the others held out; 0: none", Group = "Small and generated corpora", Min = 0, Max = int.MaxValue)]
    public int Split { get; init; }

    /// <summary>A generated corpus.</summary>
    [Option("generate", "generate shards in which words follow Zipf's law and nothing else: for speed and memory", Group = "Small and generated corpora")]
    public bool Generate { get; init; }

    /// <summary>Training shards.</summary>
    [Option("shards", "training shards to make", Group = "Small and generated corpora", Min = 1, Max = 9999)]
    public int Shards { get; init; } = 8;

    /// <summary>Sentences.</summary>
    [Option("sentences", "sentences to generate for training, of 25 words on average", Group = "Small and generated corpora", Min = 1, Max = 1e10)]
    public long Sentences { get; init; } = 300_000;

    /// <summary>Tokens.</summary>
    [Option("tokens", "words and ends of sentences to generate for training, in place of --sentences; 0: --sentences decides", Group = "Small and generated corpora", Min = 0, Max = 1e12)]
    public long Tokens { get; init; }

    /// <summary>Seed.</summary>
    [Option("seed", "of the generated text", Group = "Small and generated corpora", Min = 0, Max = long.MaxValue)]
    public long Seed { get; init; } = 1;
}
