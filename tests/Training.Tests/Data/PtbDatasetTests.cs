using System.Net;
using Compression.Core.Reporting;
using Compression.Training.Data;

namespace Compression.Training.Tests.Data;

[Seeded]
public sealed class PtbDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Without_a_network_the_message_says_how_to_do_without()
    {
        using var client = new HttpClient(new Server(_ => throw new HttpRequestException("Name or service not known")));
        await UserErrors.ExpectAsync(
            ExitCode.Environment, () => PtbDataset.DownloadAsync(_folder["ptb"], client), "Name or service not known", "`data ptb --from DIR");
        Assert.Empty(Directory.GetFiles(_folder["ptb"]));
    }

    [Fact]
    public async Task A_page_that_is_not_there_is_named()
    {
        using var client = new HttpClient(new Server(_ => new HttpResponseMessage(HttpStatusCode.NotFound)));
        await UserErrors.ExpectAsync(ExitCode.Environment, () => PtbDataset.DownloadAsync(_folder["ptb"], client), "ptb.train.txt", "404", "--from DIR");
    }

    [Fact]
    public async Task A_time_out_is_no_cancellation()
    {
        using var client = new HttpClient(new Server(_ => throw new TaskCanceledException("timed out")));
        await UserErrors.ExpectAsync(ExitCode.Environment, () => PtbDataset.DownloadAsync(_folder["ptb"], client), "timed out");
    }

    [Fact]
    public async Task A_cancelled_download_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        using var client = new HttpClient(new Server(_ => Text("some text")));
        var progress = new Sink(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PtbDataset.DownloadAsync(_folder["ptb"], client, progress, cancellation.Token));
        Assert.Empty(Directory.GetFiles(_folder["ptb"]));
    }

    [Fact]
    public async Task Other_bytes_than_expected_never_appear()
    {
        using var client = new HttpClient(new Server(_ => Text("<html>please log in</html>")));
        await UserErrors.ExpectAsync(ExitCode.Environment, () => PtbDataset.DownloadAsync(_folder["ptb"], client), "SHA-256", "fcea919f");
        Assert.Empty(Directory.GetFiles(_folder["ptb"]));
    }

    [Fact]
    public async Task A_folder_with_another_text_is_not_imported()
    {
        Directory.CreateDirectory(_folder["from"]);
        foreach (string name in PtbCorpus.FileNames)
        {
            File.WriteAllText(Path.Combine(_folder["from"], name), "a b\n");
        }

        await UserErrors.ExpectAsync(ExitCode.Usage, () => PtbDataset.ImportFromAsync(_folder["from"], _folder["ptb"]), "ptb.train.txt", "SHA-256");
        Assert.Empty(Directory.GetFiles(_folder["ptb"]));
    }

    [Fact]
    public async Task An_empty_folder_cannot_be_imported() =>
        await UserErrors.ExpectAsync(ExitCode.Environment, () => PtbDataset.ImportFromAsync(_folder.Path, _folder["ptb"]), "--from", _folder.Path);

    [NeedsDataFact("ptb/ptb.train.txt")]
    public async Task The_penn_treebank_is_imported_from_the_archives_folder_and_then_complete()
    {
        string source = NeededData.Find("ptb")!;
        Directory.CreateDirectory(_folder["from/simple-examples/data"]);
        foreach (string name in PtbCorpus.FileNames)
        {
            File.Copy(Path.Combine(source, name), Path.Combine(_folder["from/simple-examples/data"], name));
        }

        var reports = new List<DatasetProgress>();
        await PtbDataset.ImportFromAsync(_folder["from"], _folder["ptb"], new Sink(reports.Add));
        Assert.True(PtbDataset.IsComplete(_folder["ptb"]));
        Assert.Equal(PtbDataset.Files.Select(file => file.Length), reports.GroupBy(report => report.File).Select(group => group.Max(report => report.Done)));
    }

    [NeedsDataFact("ptb/ptb.train.txt")]
    public async Task The_penn_treebank_is_downloaded_once()
    {
        string source = NeededData.Find("ptb")!;
        var asked = new List<string>();
        using var client = new HttpClient(new Server(request =>
        {
            asked.Add(request.RequestUri!.ToString());
            return new HttpResponseMessage { Content = new ByteArrayContent(File.ReadAllBytes(Path.Combine(source, request.RequestUri.Segments[^1]))) };
        }));
        await PtbDataset.DownloadAsync(_folder["ptb"], client);
        await PtbDataset.DownloadAsync(_folder["ptb"], client);
        Assert.Equal(PtbCorpus.FileNames.Select(name => PtbDataset.PublicSource + name), asked);
        Assert.Equal(929_589, PtbCorpus.Load(_folder["ptb"]).Train.Length);
    }

    public void Dispose() => _folder.Dispose();

    private static HttpResponseMessage Text(string text) => new() { Content = new StringContent(text) };

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }

    private sealed class Sink(Action<DatasetProgress> take) : IProgress<DatasetProgress>
    {
        public void Report(DatasetProgress value) => take(value);
    }
}
