using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>The corpus that runs use where no Penn Treebank is at hand: generated in a moment, and its best perplexity is known.</summary>
public static class SampleCorpus
{
    /// <summary>Generates the corpus in memory, with its <see cref="Corpus.Bound"/>.</summary>
    /// <param name="options">Sizes and seed; the defaults where null.</param>
    public static Corpus Load(SampleCorpusOptions? options = null)
    {
        options ??= new SampleCorpusOptions();
        var source = new SampleSource(options.Seed);
        var corpus = PtbCorpus.Tokenize("sample", "embedded sample corpus", "sample", name => Text(source, options, name));
        var bound = new SourceBound(
            source.EntropyRate(),
            source.Nats(corpus.Valid, corpus.Vocabulary) / corpus.Valid.Length,
            source.Nats(corpus.Test, corpus.Vocabulary) / corpus.Test.Length);
        string best = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"best reachable perplexity {bound.Perplexity:F2} "
            + $"(this very valid / test text: {bound.ValidPerplexity:F2} / {bound.TestPerplexity:F2})");
        return corpus with { Bound = bound, Description = $"{corpus.Description}; {best}" };
    }

    /// <summary>Writes the three files, named as PTB's, for other programs to read.</summary>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: the folder holds another corpus. <see cref="ExitCode.Environment"/>: it cannot be written.
    /// </exception>
    public static void WriteTo(string folder, SampleCorpusOptions? options = null)
    {
        options ??= new SampleCorpusOptions();
        var source = new SampleSource(options.Seed);
        using var staged = new StagedFiles(folder);
        foreach (string name in PtbCorpus.FileNames)
        {
            byte[] text = Text(source, options, name);
            string path = Path.Combine(folder, name);
            if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
            {
                throw new UserErrorException(
                    ExitCode.Usage, $"{path}: another corpus is there and stays; name an empty folder for the sample corpus");
            }

            using var stream = staged.Create(name);
            stream.Write(text);
        }

        staged.Commit();
    }

    /// <summary>The text of one of the three files, at the usual sizes.</summary>
    internal static byte[] TextOf(string name)
    {
        var options = new SampleCorpusOptions();
        return Text(new SampleSource(options.Seed), options, name);
    }

    private static byte[] Text(SampleSource source, SampleCorpusOptions options, string name)
    {
        int split = PtbCorpus.FileNames.ToList().IndexOf(name);
        int size = split switch { 0 => options.TrainTokens, 1 => options.ValidTokens, _ => options.TestTokens };
        var random = new SampleRandom(unchecked((options.Seed * 4) + (ulong)split + 1));
        var text = new StringBuilder(size * 5);
        for (int tokens = 0; tokens < size; tokens++)
        {
            tokens += source.DrawSentence(ref random, word => text.Append(word).Append(' '));
            text[^1] = '\n';
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}

/// <summary>Sizes of the sample corpus. A split ends with the sentence that reaches its size.</summary>
public sealed record SampleCorpusOptions
{
    /// <summary>Decides the source and the text.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>At least 1.</summary>
    public int TrainTokens { get; init; } = 250_000;

    /// <summary>At least 1.</summary>
    public int ValidTokens { get; init; } = 20_000;

    /// <summary>At least 1.</summary>
    public int TestTokens { get; init; } = 20_000;
}
