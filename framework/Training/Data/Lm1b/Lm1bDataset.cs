using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Training.Data.Lm1b;

/// <summary>
/// Gets the One Billion Word benchmark (Chelba and others 2013) from the network, from its archive or from a folder. Nothing appears before its checksum is right;
/// a download that was cut off goes on where it ended.
/// </summary>
/// <param name="Archive">Address of the archive.</param>
/// <param name="ArchiveSha256">Its SHA-256.</param>
/// <param name="Vocabulary">Address of the vocabulary.</param>
/// <param name="VocabularyBlob">The vocabulary's object id in git: SHA-1 of <c>blob LENGTH</c>, a zero byte and the file.</param>
/// <param name="ShardsSha256">SHA-256 of the lines <c>MD5  FOLDER/NAME</c> of all shards, by folder and name.</param>
public sealed record Lm1bDataset(Uri Archive, string ArchiveSha256, Uri Vocabulary, string VocabularyBlob, string ShardsSha256)
{
    /// <summary>Training shards as published.</summary>
    public const int TrainingShards = 99;

    /// <summary>Held-out shards as published.</summary>
    public const int HeldoutShards = 50;

    private static readonly string[] s_folders = [ShardFolder.HeldoutFolder, ShardFolder.TrainingFolder];

    /// <summary>The published corpus, with the vocabulary of Józefowicz and others (2016).</summary>
    public static Lm1bDataset Published { get; } = new(
        new Uri("https://www.statmt.org/lm-benchmark/1-billion-word-language-modeling-benchmark-r13output.tar.gz"),
        "01ba60381110baf7f189dfd2b8374de371e8c9a340835793f190bdae9e90a34e",
        new Uri("https://github.com/rafaljozefowicz/lm/raw/master/1b_word_vocab.txt"),
        "249020af8359cef6aff5ce083bad42bc7cce0715",
        "1b6a0f3e80eee3a6aaef4435ce33192efb95ea77870047fea8779fbdfc5683b9");

    /// <summary>True where a folder holds all shards, byte for byte, and a vocabulary.</summary>
    public bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, WordVocabulary.FileName)) && HasAllNames(folder) && DigestOf(folder) == ShardsSha256;

    /// <summary>Downloads the archive and unpacks it, then the vocabulary; does only what has not been done.</summary>
    /// <param name="destination">Where all goes; created where missing.</param>
    /// <param name="client">Makes the requests.</param>
    /// <param name="progress">Called with each piece received; may be null.</param>
    /// <param name="cancellation">Leaves what has arrived of the archive, so that the next call goes on from there.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Environment"/>: no network, or not the expected bytes.</exception>
    public async Task DownloadAsync(
        string destination, HttpClient client, IProgress<DatasetProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!(HasAllNames(destination) && DigestOf(destination) == ShardsSha256))
        {
            string archive = Path.Combine(destination, $".{Path.GetFileName(Archive.LocalPath)}.partial");
            await FetchAsync(Archive, archive, client, progress, cancellation).ConfigureAwait(false);
            if (Sha256Of(archive) != ArchiveSha256)
            {
                File.Delete(archive);
                throw new UserErrorException(ExitCode.Environment, $"{Archive}: the download is damaged, or another file; call again to download it anew, or get it by other means and name it by --from");
            }

            await UnpackAsync(archive, destination, cancellation).ConfigureAwait(false);
            File.Delete(archive);
        }

        string vocabulary = Path.Combine(destination, WordVocabulary.FileName);
        if (!File.Exists(vocabulary))
        {
            string partial = Path.Combine(destination, $".{WordVocabulary.FileName}.partial");
            File.Delete(partial);
            await FetchAsync(Vocabulary, partial, client, progress, cancellation, "; build it from the shards with `data lm1b --build_vocab`").ConfigureAwait(false);
            if (BlobOf(partial) != VocabularyBlob)
            {
                File.Delete(partial);
                throw new UserErrorException(
                    ExitCode.Environment, $"{Vocabulary}: not the published vocabulary; build one from the shards with `data lm1b --build_vocab`");
            }

            File.Move(partial, vocabulary);
        }
    }

    /// <summary>Takes the corpus from its archive, or from a folder that holds all of it or some of its shards.</summary>
    /// <param name="source">The archive, or the folder.</param>
    /// <param name="destination">Where all goes; created where missing.</param>
    /// <param name="cancellation">Leaves the destination as it was.</param>
    /// <returns>What was copied and how it was checked, for the log.</returns>
    /// <exception cref="UserErrorException">
    /// <see cref="ExitCode.Environment"/>: nothing there, or files cannot be read or written. <see cref="ExitCode.Usage"/>: not the published files.
    /// </exception>
    public async Task<string> ImportFromAsync(string source, string destination, CancellationToken cancellation = default)
    {
        if (File.Exists(source))
        {
            if (Sha256Of(source) != ArchiveSha256)
            {
                throw new UserErrorException(ExitCode.Usage, $"--from {source}: its SHA-256 is not that of the published archive; name {Path.GetFileName(Archive.LocalPath)}, or the folder that it unpacks to");
            }

            await UnpackAsync(source, destination, cancellation).ConfigureAwait(false);
            return "all shards of the archive, whose SHA-256 is right";
        }

        string[] files = [.. s_folders.SelectMany(folder => NamesIn(source, folder).Select(name => $"{folder}/{name}"))];
        if (files.Length == 0)
        {
            throw new UserErrorException(ExitCode.Environment, $"--from {source}: neither {ShardFolder.TrainingFolder} nor {ShardFolder.HeldoutFolder} with a shard in it; name the folder that holds them, or the archive");
        }

        bool isWhole = HasAllNames(source);
        if (isWhole && DigestOf(source) != ShardsSha256)
        {
            throw new UserErrorException(
                ExitCode.Usage, $"--from {source}: some shard is not as published; `md5sum -c` with the benchmark's README.corpus_generation_checkpoints says which");
        }

        string? vocabulary = HeldoutSplit.FindVocabulary(source);
        int words = vocabulary is null ? 0 : WordVocabulary.Read(vocabulary, vocabulary).Count;
        long targets = 0;
        var staged = s_folders.ToDictionary(folder => folder, folder => new StagedFiles(Path.Combine(destination, folder)));
        try
        {
            foreach (string file in files)
            {
                cancellation.ThrowIfCancellationRequested();
                string path = Path.Combine(source, file);
                targets += TextCount.Of(path).Targets;
                using var input = File.OpenRead(path);
                using var output = staged[Path.GetDirectoryName(file)!].Create(Path.GetFileName(file));
                await input.CopyToAsync(output, cancellation).ConfigureAwait(false);
            }

            staged.Values.ToList().ForEach(folder => folder.Commit());
        }
        finally
        {
            staged.Values.ToList().ForEach(folder => folder.Dispose());
        }

        if (vocabulary is not null)
        {
            WordVocabulary.CopyFile(vocabulary, destination);
        }

        string check = isWhole ? "every checksum is right" : "each is UTF-8 text; checksums are known of the whole corpus alone";
        string list = vocabulary is null ? "no vocabulary: build one with --build_vocab" : string.Create(CultureInfo.InvariantCulture, $"a vocabulary of {words:N0} {Plural.Of(words, "word")}");
        return string.Create(CultureInfo.InvariantCulture, $"{files.Length} {Plural.Of(files.Length, "shard")} with {targets:N0} {Plural.Of(targets, "target")} ({check}); {list}");
    }

    /// <summary>The digest that <see cref="ShardsSha256"/> is compared with.</summary>
    internal static string DigestOf(string folder)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Names())
        {
            using var stream = File.OpenRead(Path.Combine(folder, file));
#pragma warning disable CA5351 // The benchmark publishes MD5.
            digest.AppendData(Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(MD5.HashData(stream))}  {file}\n"));
#pragma warning restore CA5351
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>The object id that git gives a file.</summary>
    internal static string BlobOf(string path)
    {
        using var stream = File.OpenRead(path);
#pragma warning disable CA5350 // Git's objects are named by SHA-1.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<string> Names() =>
    [
        .. Enumerable.Range(0, HeldoutShards).Select(i => string.Create(CultureInfo.InvariantCulture, $"{ShardFolder.HeldoutFolder}/news.en.heldout-{i:D5}-of-{HeldoutShards:D5}")),
        .. Enumerable.Range(1, TrainingShards).Select(i => string.Create(CultureInfo.InvariantCulture, $"{ShardFolder.TrainingFolder}/news.en-{i:D5}-of-00100")),
    ];

    private static bool HasAllNames(string folder) => Names().All(file => File.Exists(Path.Combine(folder, file)));

    private static IEnumerable<string> NamesIn(string source, string folder)
    {
        string path = Path.Combine(source, folder);
        return Directory.Exists(path) ? Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Where(name => name[0] != '.').Order(StringComparer.Ordinal) : [];
    }

    private static string Sha256Of(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static async Task FetchAsync(
        Uri address, string path, HttpClient client, IProgress<DatasetProgress>? progress, CancellationToken cancellation, string cure = "")
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var output = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (output.Length > 0)
            {
                request.Headers.Range = new RangeHeaderValue(output.Length, null);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                return; // all of it is there; the checksum decides
            }

            response.EnsureSuccessStatusCode();
            output.SetLength(response.StatusCode == HttpStatusCode.PartialContent ? output.Length : 0);
            output.Seek(0, SeekOrigin.End);
            long total = output.Length + (response.Content.Headers.ContentLength ?? 0);
            using var input = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            byte[] buffer = new byte[1 << 16];
            for (int read; (read = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                await output.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                progress?.Report(new DatasetProgress(Path.GetFileName(address.LocalPath), output.Length, total));
            }
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or UnauthorizedAccessException
            || (cause is OperationCanceledException && !cancellation.IsCancellationRequested)) // a time-out
        {
            throw new UserErrorException(
                ExitCode.Environment,
                $"{address}: cannot be downloaded ({cause.Message.ReplaceLineEndings(" ")}); call again to go on, or name the archive or its folder by `data lm1b --from`{cure}", cause);
        }
    }

    private static async Task UnpackAsync(string archive, string destination, CancellationToken cancellation)
    {
        var staged = s_folders.ToDictionary(folder => folder, folder => new StagedFiles(Path.Combine(destination, folder)));
        try
        {
            using var file = File.OpenRead(archive);
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            using var tar = new TarReader(unzipped);
            while (await tar.GetNextEntryAsync(cancellationToken: cancellation).ConfigureAwait(false) is { } entry)
            {
                string name = Path.GetFileName(entry.Name), folder = Path.GetFileName(Path.GetDirectoryName(entry.Name)) ?? "";
                if (entry.DataStream is { } content && name.Length > 0 && name[0] != '.' && staged.TryGetValue(folder, out var place))
                {
                    using var output = place.Create(name);
                    await content.CopyToAsync(output, cancellation).ConfigureAwait(false);
                }
            }

            staged.Values.ToList().ForEach(folder => folder.Commit());
        }
        catch (Exception cause) when (cause is InvalidDataException or IOException)
        {
            throw new UserErrorException(ExitCode.Environment, $"{archive}: cannot be unpacked to {destination}: {cause.Message.ReplaceLineEndings(" ")}", cause);
        }
        finally
        {
            staged.Values.ToList().ForEach(folder => folder.Dispose());
        }
    }
}
