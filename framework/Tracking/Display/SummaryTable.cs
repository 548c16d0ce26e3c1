using System.Globalization;
using System.Text;
using Compression.Core.Reporting;
using Spectre.Console;

namespace Compression.Tracking.Display;

/// <summary>The end of a run on the console, in 80 columns without colours: the same text on a terminal and in a log.</summary>
internal static class SummaryTable
{
    private const int LabelWidth = 13;

    // What a float32 parameter takes before any compression; payloads are measured against it.
    private const double BytesPerParameter = 4;

    /// <summary>The lines, with a line break after each.</summary>
    /// <param name="summary">The run.</param>
    /// <param name="resultsAt">The run's folder.</param>
    public static string Render(RunSummary summary, string resultsAt)
    {
        var text = new StringBuilder();
        text.Append('\n').Append(PlainLines.Status(summary)).Append('\n');
        Line(
            text,
            "trained",
            $"{Figures.Count(summary.Steps)} {Plural.Of(summary.Steps, "step")}{Skipped(summary)}, {Epochs(summary.Epochs)} {Plural.Of(summary.Epochs, "epoch")}, {Figures.Count(summary.Tokens)} {Plural.Of(summary.Tokens, "token")}, "
            + Figures.Duration(summary.Seconds.Total));
        Line(text, "model", $"{summary.Model}, {Figures.Count(summary.Parameters)} {Plural.Of(summary.Parameters, "parameter")}, {Workers(summary.NumWorkers)}");
        Line(text, "compressor", summary.Compressor);
        Line(text, "memory", $"{summary.Memory}, exchange {summary.Exchange}");
        Line(text, "perplexity", Perplexities(summary));
        Line(text, "speed", $"{Figures.Rate(summary.WordsPerSecond)} words/s, peak memory {Figures.Bytes(summary.PeakMemoryBytes)}");
        text.Append('\n').Append(Figured(summary)).Append("  * payload, against 4 bytes a parameter\n").Append(FloorNote(summary.Bytes)).Append('\n');
        Line(text, "results", resultsAt);
        return text.ToString();
    }

    private static string Skipped(RunSummary summary) => summary.SkippedSteps == 0 ? "" : $" ({Figures.Count(summary.SkippedSteps)} skipped)";

    private static void Line(StringBuilder text, string label, string content) =>
        text.Append("  ").Append(label.PadRight(LabelWidth)).Append(content).Append('\n');

    private static string Epochs(double epochs) => epochs.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Workers(int workers) => $"{Figures.Count(workers)} {Plural.Of(workers, "worker")}";

    private static string Perplexities(RunSummary summary)
    {
        var known = new (string Split, double? Value)[]
        {
            ("train", summary.TrainLoss is { } loss ? Math.Exp(loss) : null),
            ("valid", summary.ValidPerplexity),
            ("test", summary.TestPerplexity),
        }.Where(one => one.Value is not null).Select(one => $"{one.Split} {Figures.Number(one.Value!.Value)}").ToList();
        return known.Count == 0 ? "not evaluated" : string.Join(", ", known);
    }

    private static string Figured(RunSummary summary)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var console = TextConsole.Of(writer, isTerminal: false, colors: false);
        console.Profile.Width = ConsoleTarget.DefaultWidth;
        console.Write(new Padder(
            new Grid()
                .AddColumn(new GridColumn().PadRight(4))
                .AddColumn(new GridColumn().PadRight(0))
                .AddRow(BytesTable(summary), TimeTable(summary.Seconds)),
            new Padding(2, 0, 0, 0)));
        return string.Concat(writer.ToString().ReplaceLineEndings("\n").Split('\n')
            .Select(line => line.TrimEnd()).Where(line => line.Length > 0).Select(line => line + "\n"));
    }

    private static Table BytesTable(RunSummary summary)
    {
        var bytes = summary.Bytes;
        var payload = BytesPerParameter * summary.Parameters;
        return Columns(bytes.Projected ? "would send a step" : "sent a step", "a worker", "ratio")
            .AddRow("dense float32", Figures.Bytes(bytes.DensePerStep), Against(bytes.DensePerStep, bytes.DensePerStep))
            .AddRow("dense float16", Figures.Bytes(bytes.DenseFloat16PerStep), Against(bytes.DensePerStep, bytes.DenseFloat16PerStep))
            .AddRow("wire", Figures.Bytes(bytes.WirePerStepPerWorker), Figures.Ratio(bytes.WireCompressionRatio))
            .AddRow("nominal *", Figures.Bytes(bytes.NominalPerStep), Against(payload, bytes.NominalPerStep))
            .AddRow("entropy floor *", Figures.Bytes(bytes.EntropyFloorPerStep), Against(payload, bytes.EntropyFloorPerStep));
    }

    // Two reasons, which the figures do not tell apart: the exchange, and how the entries lie.
    private static string FloorNote(ByteSummary bytes) => !(bytes.EntropyFloorPerStep > bytes.WirePerStepPerWorker)
        ? ""
        : """
              the floor lies above the wire: it counts what stays with its worker,
              or takes entries as evenly spread that cluster, and so take less

          """.ReplaceLineEndings("\n");

    private static Table TimeTable(SecondsSummary s)
    {
        var table = Columns("time", Figures.Duration(s.Total), "");
        double other = s.Total;
        (string, double)[] copies = s.Copy > 0 ? [("copies", s.Copy)] : [];
        foreach (var (name, seconds) in new[]
        {
            ("forward, backward", s.ForwardBackward), ("compress", s.Compress), ("communicate", s.Communicate),
            ("decompress", s.Decompress), ("update", s.Update), ("evaluate", s.Evaluate), ("checkpoint", s.Checkpoint),
        }.Concat(copies))
        {
            other -= seconds;
            table.AddRow(name, Figures.Duration(seconds), Figures.Percent(seconds, s.Total));
        }

        // Phases that overlap add up to more than the wall-clock; then there is no rest to show.
        return other > 0 ? table.AddRow("other", Figures.Duration(other), Figures.Percent(other, s.Total)) : table;
    }

    private static Table Columns(string label, string figure, string share) => new Table().NoBorder()
        .AddColumn(new TableColumn(label).NoWrap().PadRight(2))
        .AddColumn(new TableColumn(figure).RightAligned().NoWrap().PadRight(2))
        .AddColumn(new TableColumn(share).RightAligned().NoWrap());

    private static string Against(double dense, double sent) => Figures.Ratio(dense / sent);
}
