using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>Makes a small corpus out of one text: its first sentences become training shards, the others the held-out shard.</summary>
public static class HeldoutSplit
{
    private static readonly string[] s_vocabularies = [WordVocabulary.FileName, "vocab-top1000.txt"];

    /// <summary>Writes it.</summary>
    /// <param name="text">A sentence a line.</param>
    /// <param name="sentences">Sentences for training.</param>
    /// <param name="shards">Training shards, as even as possible.</param>
    /// <param name="vocabulary">A vocabulary to copy; null: one of all words of the training sentences is built.</param>
    /// <param name="folder">The data folder.</param>
    /// <returns>Sentences that are held out.</returns>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Usage"/>: no sentence would be left for training or to hold out, or fewer sentences than shards.
    /// <see cref="ExitCode.Environment"/>: a file cannot be read or written.
    /// </exception>
    public static int Write(string text, int sentences, int shards, string? vocabulary, string folder)
    {
        var all = new SentenceShard();
        all.Load(text);
        if (sentences >= all.Count)
        {
            throw Wrong($"--split {sentences}: {text} has {all.Count} {Plural.Of(all.Count, "sentence")}; the most that leave one to hold out are {all.Count - 1}");
        }

        if (shards > sentences)
        {
            throw Wrong($"--shards {shards}: --split {sentences} leaves shards without a sentence; the most shards are {sentences}");
        }

        _ = vocabulary is null ? null : WordVocabulary.Read(vocabulary, vocabulary);
        using var training = new StagedFiles(Path.Combine(folder, ShardFolder.TrainingFolder));
        using var heldout = new StagedFiles(Path.Combine(folder, ShardFolder.HeldoutFolder));
        for (int shard = 0; shard < shards; shard++)
        {
            long first = (long)sentences * shard / shards, end = (long)sentences * (shard + 1) / shards;
            WriteLines(training, GeneratedCorpus.ShardName(shard, shards), all, (int)first, (int)end);
        }

        WriteLines(heldout, ShardFolder.HeldoutFile, all, sentences, all.Count);
        training.Commit();
        heldout.Commit();
        if (vocabulary is null)
        {
            CountedWords.Of(ShardFolder.Find(folder, heldout: false).Files).Write(Path.Combine(folder, WordVocabulary.FileName), threshold: 1);
        }
        else
        {
            WordVocabulary.CopyFile(vocabulary, folder);
        }

        return all.Count - sentences;
    }

    /// <summary>The vocabulary of a data folder; null where it has none.</summary>
    public static string? FindVocabulary(string folder) =>
        s_vocabularies.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static void WriteLines(StagedFiles staged, string name, SentenceShard text, int first, int end)
    {
        using var file = staged.Create(name);
        for (int sentence = first; sentence < end; sentence++)
        {
            file.Write(text[sentence]);
            file.WriteByte((byte)'\n');
        }
    }

    private static UserErrorException Wrong(FormattableString message) => new(ExitCode.Usage, message.ToString(CultureInfo.InvariantCulture));
}
