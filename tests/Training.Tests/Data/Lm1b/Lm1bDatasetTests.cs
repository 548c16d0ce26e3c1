using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Compression.Core.Reporting;
using Compression.Training.Data.Lm1b;

namespace Compression.Training.Tests.Data.Lm1b;

[Seeded]
public sealed class Lm1bDatasetTests : IDisposable
{
    private const string ArchiveName = "benchmark.tar.gz", VocabularyText = "the 9\n<S> 5\n<UNK> 3\n";

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _archive;
    private readonly LoopbackServer _server;
    private readonly Lm1bDataset _dataset;

    public Lm1bDatasetTests()
    {
        string source = _folder["benchmark"];
        for (int i = 0; i < Lm1bDataset.HeldoutShards; i++)
        {
            Write(source, ShardFolder.HeldoutFolder, $"news.en.heldout-{i:D5}-of-00050", i);
        }

        for (int i = 1; i <= Lm1bDataset.TrainingShards; i++)
        {
            Write(source, ShardFolder.TrainingFolder, $"news.en-{i:D5}-of-00100", 1000 + i);
        }

        File.WriteAllText(Path.Combine(source, ShardFolder.TrainingFolder, "._news.en-00001-of-00100"), "no shard");
        File.WriteAllText(Path.Combine(source, "README"), "no shard");
        using (var file = File.Create(_folder[ArchiveName]))
        using (var zip = new GZipStream(file, CompressionLevel.NoCompression))
        {
            TarFile.CreateFromDirectory(source, zip, includeBaseDirectory: true);
        }

        _archive = File.ReadAllBytes(_folder[ArchiveName]);
        _server = new LoopbackServer(new() { [ArchiveName] = _archive, ["words.txt"] = Encoding.UTF8.GetBytes(VocabularyText) });
        File.WriteAllText(_folder["words.txt"], VocabularyText);
        _dataset = new Lm1bDataset(
            _server.At(ArchiveName), Convert.ToHexStringLower(SHA256.HashData(_archive)), _server.At("words.txt"), Lm1bDataset.BlobOf(_folder["words.txt"]), Lm1bDataset.DigestOf(source));
    }

    [Fact]
    public async Task A_download_is_unpacked_checked_and_done_once()
    {
        using var client = new HttpClient();
        Assert.False(_dataset.IsComplete(_folder["to"]));
        await _dataset.DownloadAsync(_folder["to"], client);
        Assert.True(_dataset.IsComplete(_folder["to"]));
        Assert.Equal(99, ShardFolder.Find(_folder["to"], heldout: false).Files.Count);
        Assert.Equal(3, WordVocabulary.Read(Path.Combine(_folder["to"], WordVocabulary.FileName), "v").Count);
        Assert.Equal(2, Directory.GetDirectories(_folder["to"]).Length);
        Assert.Single(Directory.GetFiles(_folder["to"]));
        await _dataset.DownloadAsync(_folder["to"], client);
        Assert.Equal([(ArchiveName, 0), ("words.txt", 0)], _server.Requests);
    }

    [Fact]
    public async Task A_download_that_was_cut_off_goes_on_where_it_ended()
    {
        using var client = new HttpClient();
        _server.BreakAfter = _archive.Length / 2;
        await UserErrors.ExpectAsync(ExitCode.Environment, () => _dataset.DownloadAsync(_folder["to"], client), ArchiveName, "call again", "--from");
        Assert.Empty(Directory.GetDirectories(_folder["to"]));
        _server.BreakAfter = 0;
        await _dataset.DownloadAsync(_folder["to"], client);
        Assert.True(_dataset.IsComplete(_folder["to"]));
        Assert.Equal([0, _archive.Length / 2], _server.Requests.Where(request => request.Path == ArchiveName).Select(request => request.From));
    }

    [Fact]
    public async Task Whatever_is_not_the_archive_never_appears()
    {
        using var client = new HttpClient();
        var other = _dataset with { ArchiveSha256 = new string('0', 64) };
        await UserErrors.ExpectAsync(ExitCode.Environment, () => other.DownloadAsync(_folder["to"], client), ArchiveName, "damaged");
        Assert.Empty(Directory.GetFileSystemEntries(_folder["to"]));
        await UserErrors.ExpectAsync(ExitCode.Usage, () => other.ImportFromAsync(_folder[ArchiveName], _folder["to"]), "--from", "SHA-256");
    }

    [Fact]
    public async Task Another_vocabulary_is_refused_and_the_way_out_named()
    {
        using var client = new HttpClient();
        var other = _dataset with { VocabularyBlob = new string('0', 40) };
        await UserErrors.ExpectAsync(ExitCode.Environment, () => other.DownloadAsync(_folder["to"], client), "words.txt", "--build_vocab");
        Assert.Equal(99, ShardFolder.Find(_folder["to"], heldout: false).Files.Count);
        Assert.Empty(Directory.GetFiles(_folder["to"]));
    }

    [Fact]
    public async Task A_server_without_the_file_is_named()
    {
        using var client = new HttpClient();
        var other = _dataset with { Archive = _server.At("none.tar.gz") };
        await UserErrors.ExpectAsync(ExitCode.Environment, () => other.DownloadAsync(_folder["to"], client), "none.tar.gz", "404", "--from");
    }

    [Fact]
    public async Task The_archive_and_the_folder_can_be_taken_from_disk()
    {
        Assert.Contains("SHA-256 is right", await _dataset.ImportFromAsync(_folder[ArchiveName], _folder["a"]), StringComparison.Ordinal);
        File.Copy(_folder["words.txt"], Path.Combine(_folder["benchmark"], WordVocabulary.FileName));
        string said = await _dataset.ImportFromAsync(_folder["benchmark"], _folder["b"]);
        Assert.Contains("149 shards", said, StringComparison.Ordinal);
        Assert.Contains("every checksum is right", said, StringComparison.Ordinal);
        Assert.True(_dataset.IsComplete(_folder["b"]));
    }

    [Fact]
    public async Task A_damaged_shard_of_a_folder_is_refused()
    {
        File.AppendAllText(ShardFolder.Find(_folder["benchmark"], heldout: false).Files[7], "one more\n");
        await UserErrors.ExpectAsync(ExitCode.Usage, () => _dataset.ImportFromAsync(_folder["benchmark"], _folder["to"]), "not as published", "md5sum -c");
        await UserErrors.ExpectAsync(ExitCode.Environment, () => _dataset.ImportFromAsync(_folder["nothing"], _folder["to"]), "--from", ShardFolder.TrainingFolder);
        Assert.False(Directory.Exists(_folder["to"]));
    }

    [Fact]
    public async Task Some_shards_alone_are_copied_when_they_are_text()
    {
        Directory.Delete(Path.Combine(_folder["benchmark"], ShardFolder.TrainingFolder), recursive: true);
        Assert.Contains("50 shards", await _dataset.ImportFromAsync(_folder["benchmark"], _folder["to"]), StringComparison.Ordinal);
        File.WriteAllBytes(ShardFolder.Find(_folder["benchmark"], heldout: true).Files[0], [0xFF]);
        await UserErrors.ExpectAsync(ExitCode.Environment, () => _dataset.ImportFromAsync(_folder["benchmark"], _folder["other"]), "not UTF-8");
        Assert.Empty(Directory.GetFiles(_folder["other"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_object_id_of_a_file_is_gits()
    {
        File.WriteAllText(_folder["hello"], "hello\n");
        Assert.Equal("ce013625030ba8dba906f756967f9e9ca394464a", Lm1bDataset.BlobOf(_folder["hello"]));
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private static void Write(string source, string folder, FormattableString name, int number)
    {
        string place = Directory.CreateDirectory(Path.Combine(source, folder)).FullName;
        File.WriteAllText(Path.Combine(place, name.ToString(CultureInfo.InvariantCulture)), string.Create(CultureInfo.InvariantCulture, $"sentence number {number}\n"));
    }
}
