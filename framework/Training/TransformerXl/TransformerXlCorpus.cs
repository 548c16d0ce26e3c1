using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.TransformerXl;

/// <summary>
/// Reads the texts that Transformer-XL was published on. Words get their ids by count, the most frequent first and equal ones in the order of
/// their first appearance, behind <c>&lt;eos&gt;</c>: adaptive embeddings and softmaxes rely on that order. Case is kept. One Billion Words has
/// a vocabulary of its own (<see cref="SentenceCorpus"/>).
/// </summary>
public static class TransformerXlCorpus
{
    /// <summary>Different tokens where they are byte pairs, whatever the text.</summary>
    public const int BytePairs = BytePairVocabulary.Size;

    private const string Unknown = "<unk>";

    private static readonly string[] s_splits = ["train", "valid", "test"];

    /// <summary>The folder of a data set.</summary>
    /// <param name="dataset">Which one.</param>
    /// <param name="data">What <c>--data</c> says; empty: below COMPRESSION_DATA, then below <c>datasets</c> of the repository.</param>
    /// <param name="places">Where to look.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: it is nowhere.</exception>
    public static string Find(TextDataset dataset, string data, CorpusPlaces places)
    {
        var form = TextForm.Of(dataset);
        string[] candidates = Candidates(form, data, places);
        return candidates.FirstOrDefault(folder => FileOf(folder, form.Files[0]) is not null) ?? throw new UserErrorException(
            ExitCode.Environment,
            $"--dataset {Name(dataset)}{(data.Length > 0 ? $" --data {data}" : "")}: no {form.Files[0][0]} there (looked in {string.Join(", ", candidates.Distinct())}); {form.Cure}, or name the folder by --data.");
    }

    /// <summary>Whether a folder that no option names holds anything of a data set; then what lacks is an error.</summary>
    /// <param name="dataset">Which one.</param>
    /// <param name="places">Where to look.</param>
    public static bool IsAtHand(TextDataset dataset, CorpusPlaces places)
    {
        var form = TextForm.Of(dataset);
        return Candidates(form, "", places).Any(folder => form.Files.Any(names => FileOf(folder, names) is not null));
    }

    /// <summary>Different tokens of a data set, as published.</summary>
    public static int PublishedTypes(TextDataset dataset) => TextForm.Of(dataset).PublishedTypes;

    /// <summary>Reads a folder, or what was kept of it.</summary>
    /// <param name="dataset">Which one it holds.</param>
    /// <param name="folder">From <see cref="Find"/>.</param>
    /// <param name="cache">A folder that keeps tokens under the files' checksums; null for none.</param>
    /// <param name="bytePairs">Tokens are those of GPT-2 (<see cref="BytePairVocabulary"/>) in place of words; not for letters and sentences.</param>
    /// <exception cref="UserErrorException">A file is missing, unreadable, no UTF-8 text, or holds a word that has no id.</exception>
    public static Corpus Load(TextDataset dataset, string folder, string? cache, bool bytePairs = false)
    {
        if (dataset == TextDataset.Lm1b)
        {
            return SentenceCorpus.Load(folder, cache);
        }

        var form = TextForm.Of(dataset);
        string[] paths = [.. form.Files.Select((names, split) => FileOf(folder, names) ?? throw new UserErrorException(
            ExitCode.Environment, $"{Path.Combine(folder, names[0])}: missing, beside the {s_splits[0]} split; {form.Cure}."))];
        CorpusFile[] files = [.. paths.Select(Describe)];
        string name = bytePairs ? $"{Name(dataset)}-bpe" : Name(dataset);
        string? kept = cache is null ? null : TokenCache.PathOf(cache, name, files);
        var found = kept is null ? null : TokenCache.Read(kept);
        var text = found ?? (bytePairs ? BytePairVocabulary.Tokenize(paths) : Tokenize(form, paths));
        if (kept is not null && found is null)
        {
            TokenCache.Write(kept, text);
        }

        var vocabulary = bytePairs && found is not null ? new BytePairVocabulary() : text.Vocabulary;
        int[][] splits = text.Splits;

        return new Corpus
        {
            Name = name,
            Description = $"{name} in {folder}: {splits[0].Length:N0} / {splits[1].Length:N0} / {splits[2].Length:N0} {Plural.Of(splits[2].Length, "token")}, {vocabulary.Count:N0} {Plural.Of(vocabulary.Count, "type")}",
            Vocabulary = vocabulary,
            Train = splits[0],
            Valid = splits[1],
            Test = splits[2],
            Files = files,
            Warnings =
            [
                .. paths.Zip(text.Oddities).SelectMany(one =>
                    bytePairs ? one.Second.NotesOfCharacters(one.First) : form.ClosesLines ? one.Second.Notes(one.First, Vocabulary.EndOfLine) : []),
            ],
        };
    }

    /// <summary>The embedded sample corpus with the ids of counted words.</summary>
    public static Corpus OfSample()
    {
        var sample = SampleCorpus.Load();
        int[][] splits = [sample.Train, sample.Valid, sample.Test];
        return sample with { Vocabulary = ByCount(sample.Vocabulary, splits, closesLines: true, countsTrainOnly: false, PtbCorpus.FileNames) };
    }

    private static string[] Candidates(TextForm form, string data, CorpusPlaces places)
    {
        string? outside = string.IsNullOrEmpty(places.Datasets) ? null : Path.GetFullPath(places.Datasets, places.Caller);
        return data.Length > 0
            ? [Path.GetFullPath(data, places.Caller), Path.GetFullPath(data, places.Repository)]
            : [.. new[] { outside, Path.Combine(places.Repository, "datasets") }.OfType<string>().Select(root => Path.Combine(root, form.Folder))];
    }

    internal static string Name(TextDataset dataset) => Core.Catalog.OptionText.Format(dataset);

    private static TokenizedText Tokenize(TextForm form, string[] paths)
    {
        var byAppearance = new Vocabulary();
        int[][] splits = new int[paths.Length][];
        var oddities = new TextOddities[paths.Length];
        for (int i = 0; i < paths.Length; i++)
        {
            byte[] bytes = File.ReadAllBytes(paths[i]);
            splits[i] = LineTokenizer.Tokenize(paths[i], bytes, byAppearance, form.ClosesLines);
            oddities[i] = TextOddities.Of(bytes, Vocabulary.EndOfLineUtf8);
        }

        return new TokenizedText(ByCount(byAppearance, splits, form.ClosesLines, form.CountsTrainOnly, paths), splits, oddities);
    }

    // Gives the words of the splits their ids by count, in place.
    private static Vocabulary ByCount(Vocabulary byAppearance, int[][] splits, bool closesLines, bool countsTrainOnly, IReadOnlyList<string> paths)
    {
        long[] counts = new long[byAppearance.Count];
        foreach (int[] split in countsTrainOnly ? splits[..1] : splits)
        {
            foreach (int token in split)
            {
                counts[token]++;
            }
        }

        int first = closesLines && byAppearance.TryGetId(Vocabulary.EndOfLine, out int end) ? end : -1;
        var vocabulary = new Vocabulary();
        int[] ids = new int[counts.Length];
        foreach (int token in Enumerable.Range(0, counts.Length).Where(token => counts[token] > 0).OrderBy(token => token != first).ThenByDescending(token => counts[token]))
        {
            ids[token] = vocabulary.GetOrAdd(byAppearance.Words[token]);
        }

        foreach (int token in Enumerable.Range(0, counts.Length).Where(token => counts[token] == 0))
        {
            ids[token] = vocabulary.TryGetId(Unknown, out int unknown) ? unknown : throw new UserErrorException(
                ExitCode.Usage, $"{paths[1]}: the word '{byAppearance.Words[token]}' is not in {paths[0]}, and neither is {Unknown} to stand for it.");
        }

        foreach (int[] split in splits)
        {
            for (int i = 0; i < split.Length; i++)
            {
                split[i] = ids[split[i]];
            }
        }

        return vocabulary;
    }

    private static string? FileOf(string folder, IReadOnlyList<string> names) =>
        names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static CorpusFile Describe(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return new CorpusFile(Path.GetFileName(path), stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Environment, $"{path}: cannot be read: {cause.Message}", cause);
        }
    }
}
