using System.Security.Cryptography;

namespace Compression.Training.Data;

/// <summary>A language-model corpus in memory: three splits of token ids over one vocabulary.</summary>
public sealed record Corpus
{
    /// <summary>Short name, for example <c>ptb</c> or <c>sample</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the reader: what it is, and where it comes from.</summary>
    public required string Description { get; init; }

    /// <summary>Ids of the words.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>Tokens to train on, line ends included.</summary>
    public required int[] Train { get; init; }

    /// <summary>Tokens that the learning rate is steered by.</summary>
    public required int[] Valid { get; init; }

    /// <summary>Tokens to report on.</summary>
    public required int[] Test { get; init; }

    /// <summary>The three files, in the order train, valid, test; a generated corpus lists what it would write.</summary>
    public required IReadOnlyList<CorpusFile> Files { get; init; }

    /// <summary>What all ranks must have read alike: name and checksum of each part, and of the vocabulary.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parts() =>
    [
        KeyValuePair.Create("corpus", Name),
        .. Files.Select(file => KeyValuePair.Create(file.Name, $"SHA-256 {file.Sha256[..16]}")),
        KeyValuePair.Create("vocabulary", $"SHA-256 {Vocabulary.Fingerprint()[..16]}"),
    ];

    /// <summary>What a resumed run must read as well.</summary>
    public IEnumerable<KeyValuePair<string, string>> Identity => [KeyValuePair.Create("corpus", string.Join(' ', Files.Select(file => file.Sha256[..16])))];

    /// <summary>The best perplexity that any model can reach; null where nobody knows it, as for every natural text.</summary>
    public SourceBound? Bound { get; init; }

    /// <summary>What is odd about the files, a line each, for the log.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What a corpus was read from.</summary>
/// <param name="Name">File name without folder.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record CorpusFile(string Name, long Length, string Sha256)
{
    /// <summary>A file by its content.</summary>
    /// <param name="path">Where it lies; its name counts.</param>
    /// <param name="bytes">All of it.</param>
    public static CorpusFile Of(string path, byte[] bytes) => new(Path.GetFileName(path), bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
