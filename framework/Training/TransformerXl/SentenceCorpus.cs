using Compression.Core.Reporting;
using Compression.Training.Data;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.TransformerXl;

/// <summary>
/// One Billion Words as one text: sentences with one <c>&lt;S&gt;</c> between them, which ends one and opens the next, so that each word is predicted
/// once from what stands before it, and each sentence's end. The ids are the lines of the vocabulary's file. Valid and test are the first
/// held-out shard, whose perplexity is the published one.
/// </summary>
internal static class SentenceCorpus
{
    /// <summary>Reads a folder, or what was kept of it.</summary>
    /// <param name="folder">Holds the vocabulary and both folders of shards.</param>
    /// <param name="cache">A folder that keeps tokens under the files' checksums; null for none.</param>
    /// <exception cref="UserErrorException">A file is missing, unreadable, or not what it should be.</exception>
    public static Corpus Load(string folder, string? cache)
    {
        string vocabularyFile = Path.Combine(folder, WordVocabulary.FileName);
        var words = WordVocabulary.Read(vocabularyFile, vocabularyFile);
        var shards = ShardFolder.Find(folder, heldout: false).Files;
        string heldout = ShardFolder.Find(folder, heldout: true).Files[0];
        CorpusFile[] files = [.. shards.Append(heldout).Append(vocabularyFile).Select(path => CorpusFile.Of(path, ReadAll(path)))];
        string? kept = cache is null ? null : TokenCache.PathOf(cache, "lm1b", files);
        var found = kept is null ? null : TokenCache.Read(kept);
        if (found is null)
        {
            var vocabulary = new Vocabulary();
            for (int id = 0; id < words.Count; id++)
            {
                vocabulary.GetOrAdd(words.WordOf(id));
            }

            var oddities = new List<TextOddities>();
            int[] train = Tokenize(shards, words, oddities), test = Tokenize([heldout], words, oddities);
            found = new TokenizedText(vocabulary, [train, test, test], [.. oddities]);
            if (kept is not null)
            {
                TokenCache.Write(kept, found);
            }
        }

        int[][] splits = found.Splits;
        return new Corpus
        {
            Name = "lm1b",
            Description = $"lm1b in {folder}: {shards.Count} {Plural.Of(shards.Count, "shard")}, {splits[0].Length:N0} / {splits[1].Length:N0} {Plural.Of(splits[1].Length, "token")}, {words.Description}",
            Vocabulary = found.Vocabulary,
            Train = splits[0],
            Valid = splits[1],
            Test = splits[2],
            Files = files,
            Warnings = [.. shards.Append(heldout).Zip(found.Oddities).SelectMany(one => one.Second.Notes(one.First, WordVocabulary.SentenceMarkWord))],
        };
    }

    private static int[] Tokenize(IEnumerable<string> files, WordVocabulary words, List<TextOddities> oddities)
    {
        var tokens = new List<int> { words.SentenceMark };
        foreach (string file in files)
        {
            var text = Utf8Text.Of(ReadAll(file));
            ShardText.Require(text, file);
            oddities.Add(TextOddities.Of(text, WordVocabulary.SentenceMarkUtf8));
            int before = tokens.Count;
            foreach (var line in text.Split((byte)'\n'))
            {
                int start = tokens.Count;
                foreach (var word in new WordsOfLine(text[line]))
                {
                    tokens.Add(words.IdOf(word));
                }

                if (tokens.Count > start)
                {
                    tokens.Add(words.SentenceMark);
                }
            }

            if (tokens.Count == before)
            {
                throw ShardText.WithoutSentence(file);
            }
        }

        return [.. tokens];
    }

    private static byte[] ReadAll(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw ShardText.Unreadable(file, cause);
        }
    }
}
