using System.Globalization;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.Data;
using Compression.Training.Data.Lm1b;

namespace Compression.Experiments.Verbs;

/// <summary>Gets One Billion Words, or makes a corpus of its form.</summary>
internal sealed class DataLm1b() : Verb<DataLm1bOptions>(
    "data lm1b", "get the One Billion Word benchmark, checked; or count its words, split its held-out shard, or generate shards")
{
    private const string Folder = "lm1b";
    private const int PublishedWords = 793_470;
    private const long ReportEvery = 100_000_000;

    public override IReadOnlyList<string> Examples =>
    [
        "data lm1b",
        "data lm1b --from ~/1-billion-word-language-modeling-benchmark-r13output --build_vocab",
        "data lm1b --split 5000 --shards 8",
        "data lm1b --generate --tokens 10000000 --vocab_size 793470",
    ];

    protected override ExitCode Run(DataLm1bOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        RequireOnePurpose(options);
        return environment.UntilStopped(stop =>
        {
            if (options.Split > 0)
            {
                Split(options, environment);
            }
            else if (options.Generate)
            {
                Generate(options, environment, stop);
            }
            else
            {
                Get(options, environment, stop);
            }
        });
    }

    private static void Get(DataLm1bOptions options, CommandEnvironment environment, CancellationToken cancellation)
    {
        string to = environment.DatasetFolder(options.To, Folder);
        if (options.From.Length > 0)
        {
            Say(environment, $"{to}: {Lm1bDataset.Published.ImportFromAsync(environment.FullPath(options.From), to, cancellation).GetAwaiter().GetResult()}.");
        }

        if (options.BuildVocab)
        {
            var shards = ShardFolder.Find(to, heldout: false);
            Say(environment, $"Counting the words of {shards.Files.Count} {Plural.Of(shards.Files.Count, "shard")} in {to}");
            var words = CountedWords.Of(shards.Files, cancellation);
            int lines = words.Write(Path.Combine(to, WordVocabulary.FileName), CountedWords.PublishedThreshold, options.VocabSize);
            Say(environment, $"{WordVocabulary.FileName}: {lines:N0} {Plural.Of(lines, "line")}; {words.Count:N0} different {Plural.Of(words.Count, "word")} were counted.");
        }
        else if (options.From.Length == 0 && Lm1bDataset.Published.IsComplete(to))
        {
            Say(environment, $"One Billion Words is complete in {to}; nothing to do.");
        }
        else if (options.From.Length == 0)
        {
            Say(environment, $"Downloading {Lm1bDataset.Published.Archive} (1.8 GB; 6 GB of disk are needed)");
            using var client = new HttpClient();
            long said = 0;
            var progress = new Progress<DatasetProgress>(piece =>
            {
                if (piece.Done / ReportEvery > said)
                {
                    said = piece.Done / ReportEvery;
                    Say(environment, $"{piece.File}: {piece.Done / 1e6:N0} of {piece.Total / 1e6:N0} MB");
                }
            });
            Lm1bDataset.Published.DownloadAsync(to, client, progress, cancellation).GetAwaiter().GetResult();
            Say(environment, $"One Billion Words is in {to}; every checksum is right.");
        }
    }

    private static void Split(DataLm1bOptions options, CommandEnvironment environment)
    {
        string to = environment.DatasetFolder(options.To, "lm1b-small");
        RequireNoShards(to);
        string source = options.From.Length > 0 ? environment.FullPath(options.From)
            : FindHeldout(environment) ?? throw new UserErrorException(
                ExitCode.Environment, $"--split {options.Split}: no held-out shard in COMPRESSION_DATA/{Folder} or datasets/{Folder}; name the folder that holds it by --from");
        string text = ShardFolder.Find(source, heldout: true).Files[0];
        string? vocabulary = options.Words.Length > 0 ? environment.FullPath(options.Words) : HeldoutSplit.FindVocabulary(source);
        int held = HeldoutSplit.Write(text, options.Split, options.Shards, vocabulary, to);
        var words = WordVocabulary.Read(Path.Combine(to, WordVocabulary.FileName), WordVocabulary.FileName);
        Say(environment, $"{to}: {options.Split:N0} {Plural.Of(options.Split, "sentence")} of {text} in {options.Shards} training {Plural.Of(options.Shards, "shard")}, {held:N0} held out.");
        Say(environment, $"Vocabulary: {words.Count:N0} {Plural.Of(words.Count, "word")}{(vocabulary is null ? ", all of the training sentences" : $" of {vocabulary}")}; train with --hpconfig vocab_size={Plain(words.Count)}.");
    }

    private static void Generate(DataLm1bOptions options, CommandEnvironment environment, CancellationToken cancellation)
    {
        string to = environment.DatasetFolder(options.To, "lm1b-generated");
        RequireNoShards(to);
        long amount = options.Tokens > 0 ? options.Tokens : options.Sentences;
        if (amount < options.Shards)
        {
            throw new UserErrorException(ExitCode.Usage, $"--shards {Plain(options.Shards)}: {Plain(amount)} {(options.Tokens > 0 ? "tokens" : "sentences")} do not fill them; the most shards are {Plain(amount)}");
        }

        int words = options.VocabSize == 0 ? PublishedWords : options.VocabSize;
        if (words < 3)
        {
            throw new UserErrorException(ExitCode.Usage, $"--vocab_size {Plain(words)}: {WordVocabulary.SentenceMarkWord}, {WordVocabulary.UnknownWord} and a word are the least; the nearest is 3");
        }

        string? heldout = options.Words.Length > 0 ? environment.FullPath(options.Words)
            : FindHeldout(environment) is { } folder ? Path.Combine(folder, ShardFolder.HeldoutFolder, ShardFolder.HeldoutFile) : null;
        var corpus = new GeneratedCorpus
        {
            VocabularySize = words, Sentences = options.Sentences, Tokens = options.Tokens, Shards = options.Shards, Seed = (ulong)options.Seed, Heldout = heldout,
        };
        long targets = corpus.WriteTo(to, cancellation);
        Say(environment, $"{to}: {targets:N0} generated {Plural.Of(targets, "target")} in {options.Shards} training {Plural.Of(options.Shards, "shard")}; vocabulary of {words:N0} {Plural.Of(words, "word")}.");
        string about = heldout is null
            ? $"generated too: no real one was found in COMPRESSION_DATA/{Folder} or datasets/{Folder}"
            : $"{heldout}; its words are the most frequent ones of the vocabulary";
        Say(environment, $"The held-out shard is {about}.");
    }

    private static void RequireOnePurpose(DataLm1bOptions options)
    {
        string[] purposes = [.. new[] { (options.BuildVocab, "--build_vocab"), (options.Generate, "--generate"), (options.Split > 0, "--split") }
            .Where(pair => pair.Item1).Select(pair => pair.Item2)];
        if (purposes.Length > 1)
        {
            throw new UserErrorException(ExitCode.Usage, $"{string.Join(" and ", purposes)}: each is a task of its own; give one of them.");
        }

        var astray = new[]
        {
            (options.Generate && options.From.Length > 0, "--from", "is not for --generate; name a text whose words it shall use by --words"),
            (!options.Generate && options.Split == 0 && options.Words.Length > 0, "--words", "is for --split and --generate; give one of them"),
            (!options.Generate && !options.BuildVocab && options.VocabSize > 0, "--vocab_size", "is for --generate and --build_vocab; of a smaller model say it by --hpconfig"),
            (!options.Generate && options.Tokens > 0, "--tokens", "is for --generate; give it too"),
            (options.BuildVocab && options.VocabSize is 1 or 2, "--vocab_size", "leaves no word beside <S> and <UNK>; the nearest is 3"),
        }.FirstOrDefault(check => check.Item1);
        if (astray.Item1)
        {
            throw new UserErrorException(ExitCode.Usage, $"{astray.Item2} {astray.Item3}.");
        }
    }

    // Shards of another corpus would be trained on as well.
    private static void RequireNoShards(string folder)
    {
        string training = Path.Combine(folder, ShardFolder.TrainingFolder);
        if (Directory.Exists(training) && Directory.EnumerateFiles(training).Any())
        {
            throw new UserErrorException(ExitCode.Usage, $"--to {folder}: it holds training shards already; name another folder, or delete {training}.");
        }
    }

    private static string? FindHeldout(CommandEnvironment environment) =>
        environment.DatasetFolders.Select(place => Path.Combine(place, Folder))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, ShardFolder.HeldoutFolder, ShardFolder.HeldoutFile)));

    private static string Plain(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Say(CommandEnvironment environment, FormattableString line) => environment.Screen.Output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
