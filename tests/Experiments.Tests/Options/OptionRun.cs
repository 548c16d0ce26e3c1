using System.Collections.Immutable;

namespace Compression.Experiments.Tests.Options;

/// <summary>A command line by its options, so that single ones can be set.</summary>
/// <param name="Verb">The trainer.</param>
/// <param name="Options">Names and texts.</param>
internal sealed record OptionRun(string Verb, ImmutableSortedDictionary<string, string> Options)
{
    private static readonly Dictionary<string, RunTrace> s_traces = [];

    /// <summary>Reads <c>verb --name value ...</c>.</summary>
    public static OptionRun Parse(string commandLine)
    {
        string[] words = Sandbox.Split(commandLine);
        return new OptionRun(words[0], words[1..].Chunk(2).ToImmutableSortedDictionary(pair => pair[0][2..], pair => pair[1], StringComparer.Ordinal));
    }

    /// <summary>The same with an option.</summary>
    public OptionRun With(string option, string text) => this with { Options = Options.SetItem(option, text) };

    /// <summary>The same with some options.</summary>
    public OptionRun With(IEnumerable<KeyValuePair<string, string>> options) => this with { Options = Options.SetItems(options) };

    /// <summary>Runs it, once.</summary>
    /// <param name="sought">A text that is looked for in files of other programs.</param>
    public RunTrace Trace(string sought = "")
    {
        string[] words = [Verb, .. Options.SelectMany(option => new[] { $"--{option.Key}", option.Value })];
        string key = string.Join('\n', words.Append(sought));
        if (!s_traces.TryGetValue(key, out var trace))
        {
            s_traces.Add(key, trace = RunTrace.Of(words, sought));
        }

        return trace;
    }
}
