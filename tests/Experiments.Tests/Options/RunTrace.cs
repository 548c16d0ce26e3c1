using System.Text.Json;
using System.Text.RegularExpressions;

namespace Compression.Experiments.Tests.Options;

/// <summary>What a run leaves behind that does not depend on the clock: figures, files, lines of the log.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Errors">What was printed on the error stream.</param>
/// <param name="Evidence">Lines that two equal runs have in common.</param>
internal sealed partial record RunTrace(int Code, string Errors, IReadOnlyList<string> Evidence)
{
    /// <summary>What was printed.</summary>
    public required string Output { get; init; }

    /// <summary>The text of environment.json; empty where there is none.</summary>
    public required string Environment { get; init; }

    private static readonly string[] s_figures = ["status", "parameters", "steps", "epochs", "tokens", "train_loss", "final_parameters_sha256"];
    private static readonly string[] s_bytes = ["wire_total", "nominal_per_step", "entropy_floor_per_step"];

    /// <summary>Warnings on an option.</summary>
    public IEnumerable<string> WarningsOn(string option) => Errors.Split('\n').Where(line => Regex.IsMatch(line, $@"^warning: --{option}(?![\w])"));

    /// <summary>Whether the one line of a failure names an option.</summary>
    public bool ErrorNames(string option) => Errors.Split('\n').Any(line => Names(line, option));

    /// <summary>Evidence less the lines that only repeat the option.</summary>
    public IEnumerable<string> EvidenceBut(string option) => Evidence.Where(line => !Names(line, option));

    /// <summary>Runs a command line in a folder of its own that holds corpora.</summary>
    /// <param name="words">Without quotes.</param>
    /// <param name="sought">A text whose presence in a file of Weights &amp; Biases is noticed.</param>
    public static RunTrace Of(string[] words, string sought = "")
    {
        using var sandbox = new Sandbox();
        sandbox.WriteCorpus();
        sandbox.WriteBillionWords();
        sandbox.WriteCorpus("other", lines: 80);
        string dotted = Path.Combine(sandbox.WriteCorpus("dotted"), "ptb.train.txt");
        File.WriteAllText(dotted, File.ReadAllText(dotted).Replace("cat ", "cat. ", StringComparison.Ordinal));
        sandbox.WriteBillionWords(shards: 3, "other-lm1b");
        OptionFiles.CopyTo(sandbox);
        var before = Files(sandbox).ToHashSet();
        var outcome = sandbox.Run(words);
        string[] written = [.. Files(sandbox).Where(file => !before.Contains(file)).Order(StringComparer.Ordinal)];
        var evidence = written.Select(file => $"file {Names().Replace(file, "#")}").Concat(written.SelectMany(file => ContentOf(sandbox, file, sought)));
        return new RunTrace(outcome.Code, outcome.Errors, [.. written.Length == 0 ? evidence.Append(outcome.Output) : evidence])
        {
            Output = outcome.Output,
            Environment = written.FirstOrDefault(file => Path.GetFileName(file) == "environment.json") is { } file ? File.ReadAllText(sandbox.At(file)) : "",
        };
    }

    private static bool Names(string line, string option) => Regex.IsMatch(line, $@"--{option}(?![\w])");

    private static IEnumerable<string> Files(Sandbox sandbox) => Directory.EnumerateFiles(sandbox.Folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/plots/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(sandbox.Folder, file));

    private static IEnumerable<string> ContentOf(Sandbox sandbox, string file, string sought)
    {
        string path = sandbox.At(file);
        return Path.GetFileName(file) switch
        {
            "summary.json" => Figures(path),
            "metrics.csv" or "evaluations.csv" => Rows(path),
            "log.txt" => Messages(path),
            var name when name.EndsWith(".wandb", StringComparison.Ordinal) && sought.Length > 0 && File.ReadAllText(path).Contains(sought, StringComparison.Ordinal) => ["wandb knows it"],
            _ => [],
        };
    }

    private static IEnumerable<string> Figures(string path)
    {
        using var summary = JsonDocument.Parse(File.ReadAllText(path));
        var bytes = summary.RootElement.GetProperty("bytes");
        return
        [
            .. s_figures.Select(key => $"{key} {summary.RootElement.GetProperty(key)}"), .. s_bytes.Select(key => $"{key} {bytes.GetProperty(key)}"),
        ];
    }

    private static IEnumerable<string> Rows(string path)
    {
        string[][] rows = [.. File.ReadLines(path).Select(line => line.Split(','))];
        int[] columns = [.. Enumerable.Range(0, rows[0].Length).Where(column => !rows[0][column].Contains("second", StringComparison.Ordinal))];
        return rows.Select(row => $"{Path.GetFileName(path)} {string.Join(',', columns.Select(column => row[column]))}");
    }

    // Without the command, which names every option, and without lines whose figures stand in the tables.
    private static IEnumerable<string> Messages(string path) => File.ReadLines(path)
        .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])
        .Where(line => !line.StartsWith("./run.sh", StringComparison.Ordinal) && !line.Contains(" | ", StringComparison.Ordinal) && !line.Contains("replica", StringComparison.Ordinal) && !line.Contains("    ", StringComparison.Ordinal))
        .Select(line => $"log {Seconds().Replace(line, "#")}");

    // Times, numbers of processes, and the ids of Weights & Biases.
    [GeneratedRegex(@"\d+|(?<=wandb/).*")]
    private static partial Regex Names();

    [GeneratedRegex(@"\d[\d.]*(?= ?(ms|s)\b)|/tmp/\S+")]
    private static partial Regex Seconds();
}
