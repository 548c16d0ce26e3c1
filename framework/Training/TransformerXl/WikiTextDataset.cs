using System.IO.Compression;
using System.Security.Cryptography;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.TransformerXl;

/// <summary>
/// Gets WikiText-2 or WikiText-103, from a folder or from the network. Valid and test, which are the same in both, are checked against their
/// SHA-256, and train by its number of tokens, before any file appears.
/// </summary>
/// <param name="Dataset">Which one.</param>
/// <param name="TrainTokens">Tokens of train, ends of lines included.</param>
public sealed record WikiTextDataset(TextDataset Dataset, long TrainTokens)
{
    private const string TrainFile = "wiki.train.tokens";

    private static readonly CorpusFile[] s_checked =
    [
        new("wiki.valid.tokens", 1_121_681, "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8"),
        new("wiki.test.tokens", 1_256_449, "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0"),
    ];

    /// <summary>2 million words.</summary>
    public static WikiTextDataset Small { get; } = new(TextDataset.Wt2, 2_088_628);

    /// <summary>103 million words.</summary>
    public static WikiTextDataset Large { get; } = new(TextDataset.Wt103, 103_227_021);

    /// <summary>The folder below <c>datasets</c>.</summary>
    public string Folder => TextForm.Of(Dataset).Folder;

    /// <summary>Where the authors' archive is fetched from.</summary>
    public Uri PublicSource => new($"https://wikitext.smerity.com/{Folder}-v1.zip");

    /// <summary>Copies the files out of a folder.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="destination">Where they go; created where missing.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Environment"/>: a file is missing, or the destination cannot be written. <see cref="ExitCode.Usage"/>: a file is another.
    /// </exception>
    public void ImportFrom(string folder, string destination) => Stage(destination, ExitCode.Usage, name =>
    {
        string path = Path.Combine(folder, name);
        try
        {
            return (File.ReadAllBytes(path), path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(ExitCode.Environment, $"--from {folder}: {name} cannot be read: {cause.Message}", cause);
        }
    });

    /// <summary>Downloads the archive and unpacks the files.</summary>
    /// <param name="destination">Where they go; created where missing.</param>
    /// <param name="client">Makes the request.</param>
    /// <param name="cancellation">Leaves the destination as it was.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: no network, or not the expected files.</exception>
    public async Task DownloadAsync(string destination, HttpClient client, CancellationToken cancellation = default)
    {
        try
        {
            using var bytes = new MemoryStream(await client.GetByteArrayAsync(PublicSource, cancellation).ConfigureAwait(false));
            using var archive = new ZipArchive(bytes);
            Stage(destination, ExitCode.Environment, name =>
            {
                var entry = archive.Entries.FirstOrDefault(entry => entry.Name == name) ?? throw new InvalidDataException($"it holds no {name}");
                using var stream = entry.Open();
                using var content = new MemoryStream();
                stream.CopyTo(content);
                return (content.ToArray(), $"{PublicSource}, {name}");
            });
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or InvalidDataException
            || (cause is OperationCanceledException && !cancellation.IsCancellationRequested)) // a time-out
        {
            throw new UserErrorException(
                ExitCode.Environment,
                $"{PublicSource}: cannot be downloaded ({cause.Message.ReplaceLineEndings(" ")}); where the files are at hand, copy them by `data wikitext --from DIR`",
                cause);
        }
    }

    private void Stage(string destination, ExitCode code, Func<string, (byte[] Bytes, string Place)> read)
    {
        using var staged = new StagedFiles(destination);
        void Keep(string name, byte[] bytes)
        {
            using var output = staged.Create(name);
            output.Write(bytes);
        }

        var (train, trainPlace) = read(TrainFile);
        long tokens = LineTokenizer.Tokenize(trainPlace, train, new Vocabulary()).LongLength;
        if (tokens != TrainTokens)
        {
            throw new UserErrorException(code, $"{trainPlace}: {tokens} {Plural.Of(tokens, "token")}, {Folder} has {TrainTokens}; use the authors' files of words, not those of raw text.");
        }

        Keep(TrainFile, train);
        foreach (var file in s_checked)
        {
            var (bytes, place) = read(file.Name);
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
            if (sha256 != file.Sha256)
            {
                throw new UserErrorException(code, $"{place}: SHA-256 is {sha256[..8]}…, expected {file.Sha256[..8]}…; use the authors' files of words.");
            }

            Keep(file.Name, bytes);
        }

        staged.Commit();
    }
}
