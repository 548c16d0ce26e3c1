using Compression.Training.Data;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.TransformerXl;

/// <summary>The texts that Transformer-XL was published on, and the one that is always at hand.</summary>
public enum TextDataset
{
    /// <summary>WikiText-103; its vocabulary is that of its train split.</summary>
    Wt103,

    /// <summary>WikiText-2.</summary>
    Wt2,

    /// <summary>The Penn Treebank in Mikolov's form.</summary>
    Ptb,

    /// <summary>One Billion Words: sentences out of their order.</summary>
    Lm1b,

    /// <summary>The first 100 MB of Wikipedia, a byte a token, written as numbers.</summary>
    Enwik8,

    /// <summary>The same, cleaned to letters, a letter a token.</summary>
    Text8,

    /// <summary>The embedded sample corpus (<see cref="SampleCorpus"/>), which has no files.</summary>
    Sample,
}

/// <summary>What tells the texts apart.</summary>
/// <param name="Folder">Its folder below <c>datasets</c> or COMPRESSION_DATA.</param>
/// <param name="Files">Train, valid and test, under the names that they are found by.</param>
/// <param name="ClosesLines">Every line, blank ones too, ends with <c>&lt;eos&gt;</c>.</param>
/// <param name="CountsTrainOnly">Words of valid and test that train lacks are <c>&lt;unk&gt;</c>.</param>
/// <param name="PublishedTypes">Different tokens, as published.</param>
internal sealed record TextForm(string Folder, IReadOnlyList<IReadOnlyList<string>> Files, bool ClosesLines, bool CountsTrainOnly, int PublishedTypes)
{
    private static readonly string[] s_splits = ["train", "valid", "test"];
    private static readonly IReadOnlyList<IReadOnlyList<string>> s_wiki = Named("wiki.{0}.tokens", "{0}.txt");

    /// <summary>The form of a data set.</summary>
    public static TextForm Of(TextDataset dataset) => dataset switch
    {
        TextDataset.Wt103 => new TextForm("wikitext-103", s_wiki, ClosesLines: true, CountsTrainOnly: true, PublishedTypes: 267_735),
        TextDataset.Wt2 => new TextForm("wikitext-2", s_wiki, ClosesLines: true, CountsTrainOnly: false, PublishedTypes: 33_278),
        TextDataset.Ptb => new TextForm("ptb", Named("ptb.{0}.txt", "{0}.txt"), ClosesLines: true, CountsTrainOnly: false, PublishedTypes: 10_000),
        TextDataset.Lm1b => new TextForm("lm1b", [[WordVocabulary.FileName]], ClosesLines: false, CountsTrainOnly: true, PublishedTypes: 793_470),
        TextDataset.Enwik8 => new TextForm("enwik8", Named("{0}.txt"), ClosesLines: false, CountsTrainOnly: false, PublishedTypes: 204),
        TextDataset.Text8 => new TextForm("text8", Named("{0}.txt"), ClosesLines: false, CountsTrainOnly: false, PublishedTypes: 27),
        _ => throw new ArgumentOutOfRangeException(nameof(dataset), dataset, "It has no files."),
    };

    /// <summary>How to get it, for messages.</summary>
    public string Cure => Folder.StartsWith("wikitext", StringComparison.Ordinal)
        ? $"get it with `data wikitext{(Folder == "wikitext-103" ? " --size 103" : "")}`"
        : Folder == "lm1b" ? "get it with `data lm1b`"
        : Folder == "ptb" ? "get it with `data ptb`" : $"put train.txt, valid.txt and test.txt into {Folder}";

    private static IReadOnlyList<IReadOnlyList<string>> Named(params string[] patterns) =>
    [
        .. s_splits.Select(split =>
            (IReadOnlyList<string>)[.. patterns.Select(pattern => pattern.Replace("{0}", split, StringComparison.Ordinal))]),
    ];
}
