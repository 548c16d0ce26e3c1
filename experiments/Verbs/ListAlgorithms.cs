using System.Text.Json;
using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Experiments.Algorithms;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Verbs;

/// <summary>Options of the list verbs.</summary>
public sealed record ListOptions
{
    /// <summary>For programs.</summary>
    [Option("json", "print JSON for other programs")]
    public bool Json { get; init; }
}

/// <summary>Prints the algorithms of some roles, with their options and where they come from.</summary>
internal abstract class ListAlgorithms(string name, string summary, params AlgorithmRole[] roles) : Verb<ListOptions>(name, summary)
{
    protected override ExitCode Run(ListOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        var catalog = Components.Catalog();
        var entries = catalog.Entries.Where(entry => roles.Contains(entry.Role)).ToList();
        var aliases = roles.Contains(AlgorithmRole.Sparsifier) ? catalog.Aliases.ToList() : [];
        if (options.Json)
        {
            environment.Screen.Output.WriteLine(Json(entries, aliases));
            return ExitCode.Success;
        }

        foreach (var role in entries.GroupBy(entry => entry.Role))
        {
            environment.Screen.Output.WriteLine($"{Plural.Of(role.Count(), OptionText.Format(role.Key))}:");
            foreach (var entry in role)
            {
                environment.Screen.Output.WriteLine($"  {entry.Name,-20}{entry.Declared.Source}");
                if (CompressorFacts.Of(entry) is { } facts)
                {
                    string own = entry.Role == AlgorithmRole.Sparsifier && entry.Declared.Quantizer != "float32" ? $"; values by {entry.Declared.Quantizer}" : "";
                    environment.Screen.Output.WriteLine($"  {"",-20}{facts.Describe()}{own}");
                }

                if (entry.Declared.DiffersFromPaper.Length > 0)
                {
                    environment.Screen.Output.WriteLine($"  {"",-20}differs from the paper: {entry.Declared.DiffersFromPaper}");
                }

                foreach (var option in entry.Options)
                {
                    string flag = option.Flag.Length > 0 ? $", or --{option.Flag}" : "";
                    environment.Screen.Output.WriteLine(
                        $"  {"",-20}{option.Name}={OptionText.Format(option.Default)}: {option.Description}; {option.Range}{flag}");
                }
            }
        }

        if (aliases.Count > 0)
        {
            environment.Screen.Output.WriteLine("names from elsewhere:");
            foreach (var (name, meaning) in aliases)
            {
                environment.Screen.Output.WriteLine($"  {name,-42}{meaning}");
            }

            foreach (var other in NamesElsewhere.Others)
            {
                environment.Screen.Output.WriteLine($"  {$"{other.Option} {other.Name}",-42}{(other.IsBuilt ? "" : "nearest: ")}{other.Write}");
            }

            environment.Screen.Output.WriteLine("Any sparsifier goes with any quantizer: --compressor 'topk(ratio=0.001)+sign'.");
        }

        return ExitCode.Success;
    }

    private static void Write(Utf8JsonWriter writer, AlgorithmEntry entry, CompressorFacts facts)
    {
        writer.WriteBoolean("unbiased", facts.Unbiased);
        writer.WriteBoolean("wants_memory", facts.WantsMemory);
        writer.WriteBoolean("keeps_residual", facts.KeepsResidual);
        if (facts.Sent is { } share)
        {
            writer.WriteString("quantizer", entry.Declared.Quantizer);
            writer.WriteNumber("share_sent", share);
            writer.WriteNumber("floor_bits_per_index", facts.FloorBits);
        }
        else
        {
            writer.WriteNumber("floor_bits_per_value", facts.FloorBits);
        }
    }

    private static string Json(IReadOnlyList<AlgorithmEntry> entries, IReadOnlyList<KeyValuePair<string, string>> aliases) => ListJson.Of(writer =>
    {
        writer.WriteStartArray("algorithms");
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", entry.Name);
            writer.WriteString("role", OptionText.Format(entry.Role));
            writer.WriteString("source", entry.Declared.Source);
            writer.WriteString("differs_from_paper", entry.Declared.DiffersFromPaper.Length > 0 ? entry.Declared.DiffersFromPaper : null);
            if (CompressorFacts.Of(entry) is { } facts)
            {
                Write(writer, entry, facts);
            }

            writer.WriteStartArray("options");
            foreach (var option in entry.Options)
            {
                writer.WriteStartObject();
                writer.WriteString("name", option.Name);
                writer.WriteString("flag", option.Flag.Length > 0 ? "--" + option.Flag : null);
                writer.WriteString("default", OptionText.Format(option.Default));
                writer.WriteString("range", option.Range);
                writer.WriteString("description", option.Description);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("aliases");
        foreach (var (name, meaning) in aliases)
        {
            writer.WriteString(name, meaning);
        }

        writer.WriteEndObject();
    });
}

/// <summary>Sparsifiers, quantizers, and names that others have for their compositions.</summary>
internal sealed class ListCompressors() : ListAlgorithms(
    "list compressors", "sparsifiers and quantizers, of which a compressor is composed", AlgorithmRole.Sparsifier, AlgorithmRole.Quantizer);

/// <summary>Memories.</summary>
internal sealed class ListMemories() : ListAlgorithms("list memories", "memories, which keep what was not sent", AlgorithmRole.Memory);

/// <summary>Exchanges.</summary>
internal sealed class ListExchanges() : ListAlgorithms("list exchanges", "exchanges, which turn the workers' gradients into their average", AlgorithmRole.Exchange);
