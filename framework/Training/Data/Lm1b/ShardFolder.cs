using System.Globalization;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>The text files, called shards, of One Billion Words: a tokenized sentence a line, sentences in random order.</summary>
public sealed class ShardFolder
{
    /// <summary>The folder of the training shards below the data folder.</summary>
    public const string TrainingFolder = "training-monolingual.tokenized.shuffled";

    /// <summary>The folder of the held-out shards.</summary>
    public const string HeldoutFolder = "heldout-monolingual.tokenized.shuffled";

    /// <summary>The held-out shard that published perplexities are of.</summary>
    public const string HeldoutFile = "news.en.heldout-00000-of-00050";

    private readonly string _shownAs;

    private ShardFolder(string shownAs, IReadOnlyList<string> files)
    {
        _shownAs = shownAs;
        Files = files;
    }

    /// <summary>Full paths, by name.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Finds the shards of a data folder.</summary>
    /// <param name="datadir">The folder that holds both folders.</param>
    /// <param name="heldout">The held-out shard, and not those for training.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: the folder or the shards are missing, or a shard is empty.</exception>
    public static ShardFolder Find(string datadir, bool heldout)
    {
        const string Cure = "get the corpus with `data lm1b`, or make a small one with its --split or --generate";
        string folder = Path.Combine(datadir, heldout ? HeldoutFolder : TrainingFolder);
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(ExitCode.Environment, $"{folder}: no such folder; {Cure}");
        }

        string[] files = heldout
            ? [Path.Combine(folder, HeldoutFile)]
            : [.. Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new UserErrorException(ExitCode.Environment, $"{folder}: no shard in it; {Cure}");
        }

        foreach (string file in files)
        {
            var info = new FileInfo(file);
            if (!info.Exists || info.Length == 0)
            {
                throw new UserErrorException(ExitCode.Environment, $"{file}: {(info.Exists ? "an empty shard" : "no such file")}; {Cure}");
            }
        }

        return new ShardFolder(folder, [.. files.Select(Path.GetFullPath)]);
    }

    /// <summary>Targets of one pass over all shards: their words, and the end of each sentence. Reads all bytes of all files.</summary>
    /// <param name="warnings">Is given a line for each odd thing about a shard; null for none.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: a shard cannot be read, is no UTF-8 text, or has no sentence.</exception>
    public long CountTokens(ICollection<string>? warnings = null)
    {
        long targets = 0;
        foreach (string file in Files)
        {
            var count = TextCount.Of(file);
            targets += count.Targets;
            foreach (string note in count.Oddities.Notes(file, WordVocabulary.SentenceMarkWord))
            {
                warnings?.Add(note);
            }
        }

        return targets;
    }

    /// <summary>The shards of a worker: those whose place among all, divided by the workers, leaves its number.</summary>
    /// <param name="worker">0 to <paramref name="workers"/>−1.</param>
    /// <param name="workers">At least 1.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: there are more workers than shards.</exception>
    public IReadOnlyList<string> For(int worker, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(worker);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(worker, workers);
        return workers <= Files.Count ? [.. Files.Where((_, i) => i % workers == worker)] : throw new UserErrorException(
            ExitCode.Usage, string.Create(
                CultureInfo.InvariantCulture,
                $"--num_workers {workers}: each worker needs a shard of its own, and {_shownAs} holds {Files.Count}; the most that work is {Files.Count}, or cut more shards with `data lm1b --split N --shards {workers}`"));
    }
}
