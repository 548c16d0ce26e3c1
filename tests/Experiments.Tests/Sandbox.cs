using System.Security.Cryptography;
using System.Text;
using Compression.Experiments.Cli;
using Compression.Tracking.Display;

namespace Compression.Experiments.Tests;

/// <summary>A folder of its own in which the real entry point runs, without the corpora and variables of the machine.</summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>Options of a model that trains in no time on <see cref="WriteCorpus"/>; named apart so that tests can leave some away.</summary>
    public const string TinyModel = "--emb_size 6 --num_hid 6 --num_layers 1 --dropout 0 --bptt 5 --batch_size 4 --threads 1 --log_interval 2";

    /// <summary>The LM-1B trainer with a model that trains in no time on <see cref="WriteBillionWords"/>.</summary>
    public const string TinyLm1b = "lm1b --datadir lm1b --hpconfig vocab_size=12,batch_size=3,num_steps=4,emb_size=5,state_size=6,projected_size=4,num_sampled=6,num_shards=4,num_delayed_steps=0 --threads 1 --log_interval 1";

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("compression-");

    public string Folder => _folder.FullName;

    /// <summary>Variables that the program sees; nothing else of the environment.</summary>
    public Dictionary<string, string> Variables { get; } = new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "" };

    /// <summary>A request to stop that comes before the first step; null for none.</summary>
    public Core.Reporting.ExitCode? StopAtOnce { get; set; }

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Copies all files of a folder, over those that are there.</summary>
    public static void Copy(string from, string to)
    {
        foreach (string file in System.IO.Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }

    /// <summary>Three small files of text with some structure.</summary>
    public string WriteCorpus(string name = "corpus", int lines = 60)
    {
        string folder = System.IO.Directory.CreateDirectory(At(name)).FullName;
        string[] words = ["the", "cat", "dog", "sees", "hears", "a", "bird", "tree", "and", "runs"];
        foreach (var (file, count) in new[] { ("ptb.train.txt", lines), ("ptb.valid.txt", 12), ("ptb.test.txt", 12) })
        {
            var text = new StringBuilder();
            for (int line = 0; line < count; line++)
            {
                text.AppendJoin(' ', Enumerable.Range(0, 9).Select(i => words[((line * 7) + (i * i)) % words.Length])).Append('\n');
            }

            File.WriteAllText(Path.Combine(folder, file), text.ToString());
        }

        return folder;
    }

    /// <summary>A small folder of One Billion Words: vocabulary, some training shards, the held-out shard.</summary>
    public string WriteBillionWords(int shards = 4, string name = "lm1b")
    {
        string folder = System.IO.Directory.CreateDirectory(At(name)).FullName;
        string[] words = ["<S>", "<UNK>", "the", "cat", "dog", "sees", "hears", "a", "bird", "tree", "and", "runs"];
        File.WriteAllLines(Path.Combine(folder, "1b_word_vocab.txt"), words.Select((word, rank) => $"{word} {100 - rank}"));
        for (int shard = 0; shard <= shards; shard++)
        {
            string file = shard < shards ? $"training-monolingual.tokenized.shuffled/news.en-{shard + 1:D5}-of-00100" : "heldout-monolingual.tokenized.shuffled/news.en.heldout-00000-of-00050";
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllLines(Path.Combine(folder, file), Enumerable.Range(0, 40).Select(line => string.Join(' ', Enumerable.Range(0, 4 + (line % 7)).Select(i => words[2 + (((line * 3) + shard + (i * i)) % 10)]))));
        }

        return folder;
    }

    /// <summary>Runs a command line; words are parted by spaces, and <c>''</c> is an empty one.</summary>
    public Outcome Run(string commandLine) => Run(Split(commandLine));

    public Outcome Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = CommandLine.Run(arguments, Surroundings(output, errors), VerbList.All());
        return new Outcome(code, output.ToString(), errors.ToString());
    }

    /// <summary>Path and content of every file, and every folder.</summary>
    public IReadOnlyList<string> Snapshot() =>
    [
        .. System.IO.Directory.EnumerateFileSystemEntries(Folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => File.Exists(path) ? $"{path} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}" : path),
    ];

    public void Dispose() => _folder.Delete(recursive: true);

    public static string[] Split(string commandLine) =>
        [.. commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "''" ? "" : word)];

    public CommandEnvironment Surroundings(TextWriter output, TextWriter errors) => new()
    {
        Screen = new ConsoleTarget { Output = output, Error = errors },
        Variable = Variables.GetValueOrDefault,
        CallerFolder = Folder,
        RepositoryRoot = System.IO.Directory.CreateDirectory(At("repository")).FullName,
        Executable = Apphost.Path,
        Time = TimeProvider.System,
        ListenForStop = Listen,
    };

    private StopRequest Listen()
    {
        var stop = new StopRequest();
        if (StopAtOnce is { } reason)
        {
            stop.Ask(reason);
        }

        return stop;
    }
}

/// <summary>How a command ended.</summary>
internal sealed record Outcome(int Code, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
