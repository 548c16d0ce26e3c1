using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.Ptb;
using Compression.Training.Sessions;

namespace Compression.Experiments.Verbs;

/// <summary>The presets of the PTB trainer and the methods of all trainers, with their values.</summary>
internal sealed class ListPresets() : Verb<ListOptions>("list presets", "published settings, for --preset and --method")
{
    protected override ExitCode Run(ListOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        (string Name, IReadOnlyList<KeyValuePair<string, string>> Values)[] presets =
        [
            .. OptionSchema.Of(typeof(PtbOptions)).Options.Single(option => option.Name == "preset").Choices
                .Select(name => (name, PtbPresets.Values(name))).Where(preset => preset.Item2.Count > 0),
        ];
        var output = environment.Screen.Output;
        if (options.Json)
        {
            output.WriteLine(Json([.. presets, .. MethodPresets.All.Select(method => (method.Name, (IReadOnlyList<KeyValuePair<string, string>>)method.Values))]));
            return ExitCode.Success;
        }

        output.WriteLine("Models and schedules of train, for --preset:");
        foreach (var (name, values) in presets)
        {
            output.WriteLine($"  {name}");
            output.WriteLine($"    {Line(values)}");
        }

        output.WriteLine();
        output.WriteLine("Methods that talk rarely, for --method of train and transformer-xl:");
        foreach (var method in MethodPresets.All)
        {
            output.WriteLine($"  {method.Name}: {method.Source}");
            output.WriteLine($"    {Line(method.Values)}");
        }

        return ExitCode.Success;
    }

    private static string Line(IReadOnlyList<KeyValuePair<string, string>> values) => string.Join(' ', values.Select(pair => $"--{pair.Key} {ShellWord.Quote(pair.Value)}"));

    private static string Json((string Name, IReadOnlyList<KeyValuePair<string, string>> Values)[] presets) => ListJson.Of(writer =>
    {
        foreach (var (name, values) in presets)
        {
            writer.WriteStartObject(name);
            foreach (var (option, value) in values)
            {
                writer.WriteString(option, value);
            }

            writer.WriteEndObject();
        }
    });
}
