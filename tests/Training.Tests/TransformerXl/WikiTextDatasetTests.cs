using System.IO.Compression;
using System.Net;
using Compression.Core.Reporting;
using Compression.Training.TransformerXl;

namespace Compression.Training.Tests.TransformerXl;

[Seeded]
public sealed class WikiTextDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Without_a_network_the_message_says_how_to_do_without()
    {
        await Refuses(_ => throw new HttpRequestException("Name or service not known"), "wikitext-2-v1.zip", "Name or service not known", "--from DIR");
        await Refuses(_ => new HttpResponseMessage(HttpStatusCode.NotFound), "404", "--from DIR");
        await Refuses(_ => throw new TaskCanceledException("timed out"), "timed out", "--from DIR");
    }

    [Fact]
    public async Task What_is_no_archive_or_lacks_a_file_is_refused()
    {
        await Refuses(_ => Answer("<html>please log in</html>"u8.ToArray()), "cannot be downloaded", "--from DIR");
        await Refuses(_ => Answer(Archive(("wikitext-2/wiki.valid.tokens", "a b\n"u8.ToArray()))), "holds no wiki.train.tokens");
        await Refuses(_ => Answer(Archive(("wikitext-2/wiki.train.tokens", "a b\n"u8.ToArray()))), "3 tokens", "wikitext-2 has 2088628");
    }

    [NeedsDataFact("wikitext-2/wiki.train.tokens")]
    public async Task WikiText_is_downloaded_unpacked_and_checked()
    {
        string source = NeededData.Find("wikitext-2")!;
        string[] names = ["wiki.train.tokens", "wiki.valid.tokens", "wiki.test.tokens"];
        (string Name, byte[] Bytes)[] files = [.. names.Select(name => ($"wikitext-2/{name}", File.ReadAllBytes(Path.Combine(source, name))))];
        var damaged = files.ToArray();
        damaged[2].Bytes = [.. damaged[2].Bytes];
        damaged[2].Bytes[1000] ^= 1;
        await Refuses(_ => Answer(Archive(damaged)), "wiki.test.tokens", "SHA-256", "d790b833");

        string? asked = null;
        using var client = new HttpClient(new Server(request =>
        {
            asked = request.RequestUri!.ToString();
            return Answer(Archive(files));
        }));
        await WikiTextDataset.Small.DownloadAsync(_folder["wikitext-2"], client);
        Assert.Equal(WikiTextDataset.Small.PublicSource.ToString(), asked);
        Assert.All(files, file => Assert.Equal(file.Bytes, File.ReadAllBytes(Path.Combine(_folder.Path, file.Name))));
    }

    public void Dispose() => _folder.Dispose();

    private async Task Refuses(Func<HttpRequestMessage, HttpResponseMessage> answer, params string[] parts)
    {
        using var client = new HttpClient(new Server(answer));
        await UserErrors.ExpectAsync(ExitCode.Environment, () => WikiTextDataset.Small.DownloadAsync(_folder["refused"], client), parts);
        Assert.False(Directory.Exists(_folder["refused"]) && Directory.EnumerateFiles(_folder["refused"]).Any());
    }

    private static HttpResponseMessage Answer(byte[] bytes) => new() { Content = new ByteArrayContent(bytes) };

    private static byte[] Archive(params (string Name, byte[] Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var stream = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                stream.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
