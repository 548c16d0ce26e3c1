using System.Text.Json;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Training.Lm1b;
using Compression.Training.ModelParallel;
using Compression.Training.Ptb;
using Compression.Training.TransformerXl;
using Xunit.Abstractions;

namespace Compression.Experiments.Tests.Options;

/// <summary>Runs command lines one after another in one folder, and holds each to the ways in which a run may end.</summary>
internal sealed class EndedRuns : IDisposable
{
    private readonly Sandbox _sandbox = new();
    private readonly ITestOutputHelper _output;
    private readonly List<string> _failures = [];
    private int _runs;

    public EndedRuns(ITestOutputHelper output)
    {
        _output = output;
        _sandbox.WriteCorpus();
        _sandbox.WriteBillionWords();
        OptionFiles.CopyTo(_sandbox);
    }

    /// <summary>The options of a trainer's record.</summary>
    public static IReadOnlyList<OptionDescriptor> SchemaOf(string verb) => OptionSchema.Of(verb switch
    {
        "train" => typeof(PtbOptions),
        "lm1b" => typeof(Lm1bOptions),
        "transformer-xl" => typeof(TransformerXlOptions),
        _ => typeof(ModelParallelOptions),
    }).Options;

    /// <summary>Expects 0, a refusal, a missing requirement or a gradient that is not finite; no more than one line; and a refusal with the range of what no range takes.</summary>
    /// <param name="run">The command.</param>
    /// <param name="shownAs">How messages write the option.</param>
    /// <param name="text">Its value.</param>
    /// <param name="range">What it takes.</param>
    /// <param name="isLong">The run is stopped before its first step.</param>
    public void Expect(OptionRun run, string shownAs, string text, NumberRange range, bool isLong)
    {
        _runs++;
        _sandbox.StopAtOnce = isLong ? ExitCode.Interrupted : null;
        var outcome = _sandbox.Run([run.Verb, .. run.Options.SelectMany(option => new[] { $"--{option.Key}", option.Value }), .. run.Verb == "eval" ? Array.Empty<string>() : ["--out", "run"]]);
        string[] errors = [.. outcome.ErrorLines.Where(error => !error.StartsWith("warning: ", StringComparison.Ordinal))];
        string? wrong = outcome.Code is not (0 or 2 or 3 or 4) && !(isLong && outcome.Code == (int)ExitCode.Interrupted) ? $"ended with {outcome.Code}"
            : errors.Length != (outcome.Code is 0 or (int)ExitCode.Interrupted ? 0 : 1) || errors.Any(error => !error.StartsWith("error: ", StringComparison.Ordinal)) ? "wrote more than one line"
            : !range.TryRead(text, out _, out _) && !(outcome.Code == 2 && errors[0].StartsWith($"error: {shownAs} {text}: must be {range}", StringComparison.Ordinal)) ? "did not refuse it"
            : outcome.Code == 0 && Steps() == 0 ? "made no step"
            : null;
        _output.WriteLine($"{outcome.Code} {shownAs} {text} {wrong}");
        if (wrong is not null)
        {
            _failures.Add($"{shownAs} {text} {wrong}: {string.Join(" // ", errors)}");
        }

        if (Directory.Exists(_sandbox.At("run")))
        {
            Directory.Delete(_sandbox.At("run"), recursive: true);
        }
    }

    /// <summary>Expects the refusal of a number that no range takes.</summary>
    public void Refuses(string[] words, string shownAs, string text, NumberRange range)
    {
        _runs++;
        var outcome = _sandbox.Run(words);
        if (outcome.Code != 2 || outcome.ErrorLines is not [var line] || !line.StartsWith($"error: {shownAs} {text}: must be {range}", StringComparison.Ordinal))
        {
            _failures.Add($"{string.Join(' ', words)} ended with {outcome.Code}: {outcome.Errors}");
        }
    }

    /// <summary>Fails where any run did.</summary>
    public void Conclude()
    {
        _output.WriteLine($"{_runs} runs");
        Assert.True(_failures.Count == 0, string.Join('\n', _failures));
    }

    public void Dispose() => _sandbox.Dispose();

    private long Steps()
    {
        string file = _sandbox.At("run", "summary.json");
        if (!File.Exists(file))
        {
            return 1;
        }

        using var summary = JsonDocument.Parse(File.ReadAllText(file));
        return summary.RootElement.GetProperty("steps").GetInt64();
    }
}
