using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>Reads a corpus in the form of Mikolov's Penn Treebank: three text files, one sentence a line, words parted by spaces.</summary>
public static class PtbCorpus
{
    /// <summary>Name of the file to train on.</summary>
    public const string TrainFile = "ptb.train.txt";

    /// <summary>Name of the file to steer by.</summary>
    public const string ValidFile = "ptb.valid.txt";

    /// <summary>Name of the file to report on.</summary>
    public const string TestFile = "ptb.test.txt";

    /// <summary>The three names, in the order that ids are given.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [TrainFile, ValidFile, TestFile];

    /// <summary>Reads the folder. PTB gives 929,589, 73,760 and 82,430 tokens of 10,000 types.</summary>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Environment"/>: the folder or a file is missing or unreadable.
    /// <see cref="ExitCode.Usage"/>: a file is not UTF-8, or holds no word.
    /// </exception>
    public static Corpus Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(ExitCode.Environment, $"{folder}: no such folder; get the corpus with `data ptb`");
        }

        return Tokenize("ptb", $"PTB-shaped text in {folder}", folder, name => ReadFile(folder, name));
    }

    /// <summary>True where a folder holds one of the three files: then it is meant to be a corpus, and what lacks is an error.</summary>
    internal static bool HoldsAny(string folder) => FileNames.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Builds a corpus from the three texts, wherever they come from.</summary>
    internal static Corpus Tokenize(string name, string description, string place, Func<string, byte[]> read)
    {
        var vocabulary = new Vocabulary();
        var splits = new int[FileNames.Count][];
        var files = new CorpusFile[FileNames.Count];
        var warnings = new List<string>();
        for (int i = 0; i < splits.Length; i++)
        {
            byte[] bytes = read(FileNames[i]);
            string path = Path.Combine(place, FileNames[i]);
            splits[i] = LineTokenizer.Tokenize(path, bytes, vocabulary);
            warnings.AddRange(TextOddities.Of(bytes, Vocabulary.EndOfLineUtf8).Notes(path, Vocabulary.EndOfLine));
            files[i] = CorpusFile.Of(path, bytes);
        }

        return new Corpus
        {
            Name = name,
            Description = $"{description}: {splits[0].Length:N0} / {splits[1].Length:N0} / {splits[2].Length:N0} {Plural.Of(splits[2].Length, "token")}, "
                + $"{vocabulary.Count:N0} {Plural.Of(vocabulary.Count, "type")}",
            Vocabulary = vocabulary,
            Train = splits[0],
            Valid = splits[1],
            Test = splits[2],
            Files = files,
            Warnings = warnings,
        };
    }

    private static byte[] ReadFile(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException cause)
        {
            throw new UserErrorException(ExitCode.Environment, $"{path}: missing; get it with `data ptb`", cause);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Environment, $"{path}: cannot be read: {cause.Message}", cause);
        }
    }
}
