using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Training.Ptb;

namespace Compression.Experiments.Verbs;

/// <summary>The presets of the PTB trainer, with their values.</summary>
internal sealed class ListPresets() : Verb<ListOptions>("list presets", "published settings, for --preset")
{
    protected override ExitCode Run(ListOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        string[] names = [.. OptionSchema.Of(typeof(PtbOptions)).Options.Single(option => option.Name == "preset").Choices
            .Where(name => PtbPresets.Values(name).Count > 0)];
        var output = environment.Screen.Output;
        if (options.Json)
        {
            output.WriteLine(Json(names));
            return ExitCode.Success;
        }

        foreach (string name in names)
        {
            output.WriteLine(name);
            output.WriteLine("  " + string.Join(' ', PtbPresets.Values(name).Select(pair => $"--{pair.Key} {pair.Value}")));
        }

        return ExitCode.Success;
    }

    private static string Json(string[] names) => ListJson.Of(writer =>
    {
        foreach (string name in names)
        {
            writer.WriteStartObject(name);
            foreach (var (option, value) in PtbPresets.Values(name))
            {
                writer.WriteString(option, value);
            }

            writer.WriteEndObject();
        }
    });
}
