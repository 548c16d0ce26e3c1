using Compression.Core.Catalog;
using Compression.Tracking.Display;
using Spectre.Console;

namespace Compression.Experiments.Sweeps;

/// <summary>How far a sweep is, as a table with a line for each trial.</summary>
internal static class StatusTable
{
    private const int WidthOfFiles = 160;

    /// <summary>Makes the table.</summary>
    public static Table Of(SweepSession session, IReadOnlyList<TrialRecord> records)
    {
        var progress = records.Select(record => TrialProgress.Read(record, session.Folder)).ToList();
        string[] names = [.. session.Plan.VaryingWithSeed];
        var table = new Table().Border(TableBorder.Simple).Title(Markup.Escape(Title(session, records))).Caption(Markup.Escape(Caption(records, progress)));
        foreach (string left in (string[])["trial", .. names, "state"])
        {
            table.AddColumn(new TableColumn(Markup.Escape(left)).NoWrap());
        }

        foreach (string right in (string[])["step", "train ppl", "valid ppl", "time", "left"])
        {
            table.AddColumn(new TableColumn(right).RightAligned().NoWrap());
        }

        foreach (var (record, at) in records.Zip(progress))
        {
            string[] cells =
            [
                record.Trial.Id, .. names.Select(name => record.Trial[name] ?? ""), OptionText.Format(record.State),
                at.Step > 0 ? Figures.Count(at.Step) : "", Shown(at.TrainPerplexity, Figures.Number), Shown(at.EvaluatedPerplexity, Figures.Number),
                Shown(at.Seconds, Figures.Duration), record.State == TrialState.Running ? Shown(at.Remaining, Figures.Estimate) : "",
            ];
            table.AddRow([.. cells.Select((cell, column) => column == names.Length + 1 ? $"[{ColorOf(record.State)}]{cell}[/]" : Markup.Escape(cell))]);
        }

        return table;
    }

    /// <summary>A console of the target: its width and colours, and no drawing where it is no terminal.</summary>
    public static IAnsiConsole ConsoleOf(ConsoleTarget target)
    {
        bool terminal = target.TerminalWidth is not null;
        var console = TextConsole.Of(target.Output, terminal, terminal && target.Colors);
        console.Profile.Width = target.TerminalWidth?.Invoke() ?? WidthOfFiles;
        return console;
    }

    private static string Title(SweepSession session, IReadOnlyList<TrialRecord> records)
    {
        var states = records.GroupBy(record => record.State).OrderBy(group => group.Key)
            .Select(group => FormattableString.Invariant($"{group.Count()} {OptionText.Format(group.Key)}"));
        return $"{session.Plan.Grid.Name}: {string.Join(", ", states)}";
    }

    // Trials that have not begun are taken to last as long as the completed ones.
    private static string Caption(IReadOnlyList<TrialRecord> records, IReadOnlyList<TrialProgress> progress)
    {
        var pairs = records.Zip(progress).ToList();
        double[] completed = [.. pairs.Where(pair => pair.First.State == TrialState.Completed).Select(pair => pair.Second.Seconds)];
        var running = pairs.Where(pair => pair.First.State == TrialState.Running).ToList();
        int waiting = pairs.Count(pair => pair.First.State is TrialState.Pending or TrialState.Interrupted);
        if (running.Count == 0 || running.Any(pair => double.IsNaN(pair.Second.Remaining)) || (waiting > 0 && completed.Length == 0))
        {
            return "";
        }

        double work = running.Sum(pair => pair.Second.Remaining) + (waiting > 0 ? waiting * completed.Average() : 0);
        return $"about {Figures.Estimate(work / running.Count)} left";
    }

    private static string Shown(double value, Func<double, string> format) => double.IsNaN(value) ? "" : format(value);

    private static string ColorOf(TrialState state) => state switch
    {
        TrialState.Completed => "green",
        TrialState.Running => "blue",
        TrialState.Failed => "red",
        TrialState.Interrupted => "yellow",
        _ => "grey",
    };
}
